using System.Security.Cryptography;
using System.Text;
using Zaguan.Argon2;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Argon2;

public sealed class Blake2bTests
{
    [Fact]
    public void The_vector_of_RFC_7693_holds()
    {
        var digest = new byte[64];
        Blake2b.Hash("abc"u8, digest);

        Convert.ToHexStringLower(digest).ShouldBe("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
    }

    /// <summary>Lengths around the ends of blocks, and digests of other lengths, by coreutils' own BLAKE2b.</summary>
    [Fact]
    public async Task It_agrees_with_b2sum()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            foreach (var (length, digestBytes) in new[] { (0, 64), (1, 1), (127, 64), (128, 64), (129, 20), (255, 32), (256, 48), (257, 64), (10_000, 63) })
            {
                var file = Path.Combine(folder, "input");
                var input = RandomNumberGenerator.GetBytes(length);
                await File.WriteAllBytesAsync(file, input);

                var digest = new byte[digestBytes];
                Blake2b.Hash(input, digest);

                (await ChildProcesses.RunAsync("b2sum", "-l", $"{8 * digestBytes}", file)).ShouldStartWith($"{Convert.ToHexStringLower(digest)} ", Case.Sensitive, $"{length} bytes");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void What_is_appended_in_pieces_is_hashed_as_a_whole()
    {
        var input = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 500)));
        var whole = new byte[64];
        Blake2b.Hash(input, whole);
        foreach (var piece in new[] { 1, 7, 64, 127, 128, 129, 1_000 })
        {
            var hash = new Blake2b(64);
            foreach (var part in input.Chunk(piece))
            {
                hash.Append(part);
            }

            var digest = new byte[64];
            hash.Finish(digest);
            digest.ShouldBe(whole);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65)]
    public void A_digest_has_1_to_64_bytes(int digestBytes) => Should.Throw<ArgumentOutOfRangeException>(() => new Blake2b(digestBytes));
}
