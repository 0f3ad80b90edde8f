using System.Security.Cryptography;
using System.Text;
using Zaguan.Commands;
using Zaguan.Reading;
using Zaguan.Tests.House;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tests.Tokens.Keys;

/// <summary>What encrypts the signing keys lies outside the database; without it, or with another, nothing starts and nothing is made anew.</summary>
public sealed class MasterKeyTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    public static TheoryData<string, string?, string> Losses => new()
    {
        { "missing", null, "The master key is missing, under which the signing keys in the database are encrypted. Restore the file from a backup, or copy it from another node; nothing was changed." },
        { "empty", "", "This is no master key. It holds 32 bytes in base64 (44 letters). Restore it from a backup, or copy it from another node." },
        { "truncated", "cut", "This is no master key. It holds 32 bytes in base64 (44 letters). Restore it from a backup, or copy it from another node." },
        { "no text", "\0\u0001ÿ", "This is no master key. It holds 32 bytes in base64 (44 letters). Restore it from a backup, or copy it from another node." },
        { "endless", "endless", "This is no master key. It holds 32 bytes in base64 (44 letters). Restore it from a backup, or copy it from another node." },
        { "another", "another", "was not encrypted under this master key. Restore the file from a backup, or copy it from another node; nothing was changed." },
    };

    private string MasterKeyFile => Path.Combine(folder, "data", "secrets", "master.key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task A_master_key_that_is_lost_is_said_and_nothing_is_made_in_its_place(string what, string? content, string sentence)
    {
        _ = what;
        var stored = await MakeAsync();
        var right = await File.ReadAllTextAsync(MasterKeyFile);
        content = content switch
        {
            "cut" => right[..20],
            "another" => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n",
            "endless" => new string('A', 5_000),
            _ => content,
        };
        File.Delete(MasterKeyFile);
        if (content is not null)
        {
            await File.WriteAllTextAsync(MasterKeyFile, content);
        }

        await using var node = new Node(folder, TimeProvider.System);
        var problem = (await Should.ThrowAsync<ProblemsException>(node.Keys.KeepAsync)).Problems.ShouldHaveSingleItem();
        await Should.ThrowAsync<ProblemsException>(node.Keys.RotateAsync);

        problem.Origin.ShouldBe(MasterKeyFile);
        problem.Sentence.ShouldEndWith(sentence);
        (await node.Store.ReadAsync()).ShouldBe(stored);
        File.Exists(MasterKeyFile).ShouldBe(content is not null);
    }

    [Fact]
    public async Task The_server_does_not_start_without_its_master_key_and_doctor_says_why()
    {
        await MakeAsync();
        File.Delete(MasterKeyFile);
        var settings = OwnKeysHouse.Options().Settings.ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value, StringComparer.Ordinal);

        await using var server = await ServerProcess.LaunchAsync(new() { Folder = folder, IsDevelopment = false, Environment = settings });
        (await server.ExitAsync()).ShouldBe(ExitCode.Problems);
        server.Errors.ShouldContain("data/secrets/master.key: The master key is missing");
        server.Errors.ShouldNotContain("   at ");

        await using var doctor = await ServerProcess.LaunchAsync(new() { Folder = folder, IsDevelopment = false, Environment = settings, Arguments = ["doctor"] });
        (await doctor.ExitAsync()).ShouldBe(ExitCode.Problems);
        doctor.Output.ShouldContain("problem  keys          data/secrets/master.key: The master key is missing");
    }

    [Fact]
    public async Task The_master_key_is_private_and_stands_where_the_configuration_says()
    {
        var file = Path.Combine(folder, "elsewhere", "zaguan.master");
        await using var node = new Node(folder, TimeProvider.System, ("Keys:MasterKeyFile", file));
        await node.Keys.KeepAsync();

        (await ChildProcesses.RunAsync("stat", "-c", "%a", Path.GetDirectoryName(file)!, file)).ShouldBe("700\n600\n");
        Convert.FromBase64String((await File.ReadAllTextAsync(file)).Trim()).Length.ShouldBe(32);
        File.Exists(MasterKeyFile).ShouldBeFalse();
    }

    [Fact]
    public async Task A_master_key_that_an_administrator_made_is_taken()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(MasterKeyFile)!);
        var made = await ChildProcesses.RunAsync("openssl", "rand", "-base64", "32");
        await File.WriteAllTextAsync(MasterKeyFile, made);

        await MakeAsync();

        (await File.ReadAllTextAsync(MasterKeyFile)).ShouldBe(made);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task A_database_at_rest_holds_no_private_key_and_no_master_key()
    {
        byte[] scalar, pkcs8;
        await using (var node = new Node(folder, TimeProvider.System))
        {
            await node.Keys.KeepAsync();
            await node.Keys.RotateAsync();
            var stored = (await node.Store.ReadAsync())[0];
            using var master = MasterKey.Read(MasterKeyFile)!;
            pkcs8 = master.Open(stored.PrivateKey, SigningKeys.Purpose(stored.Kid))!.Reveal().ToArray();
            using var key = ECDsa.Create();
            key.ImportPkcs8PrivateKey(pkcs8, out _);
            scalar = key.ExportParameters(includePrivateParameters: true).D!;
        }

        var masterKey = Convert.FromBase64String((await File.ReadAllTextAsync(MasterKeyFile)).Trim());
        var files = Directory.GetFiles(Path.Combine(folder, "data"));
        files.ShouldContain(Path.Combine(folder, "data", "zaguan.db"));
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file);
            foreach (var secret in new[] { scalar, pkcs8, masterKey })
            {
                // As bytes, and in the alphabets in which somebody might have written them.
                foreach (var written in new[] { secret, Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret)), Encoding.ASCII.GetBytes(Convert.ToHexString(secret)) })
                {
                    bytes.AsSpan().IndexOf(written).ShouldBe(-1, file);
                }
            }
        }
    }

    [Fact]
    public async Task A_sealed_key_opens_under_its_own_kid_alone_and_not_when_a_letter_was_changed()
    {
        var stored = (await MakeAsync())[0];
        using var master = MasterKey.Read(MasterKeyFile)!;

        master.Open(stored.PrivateKey, SigningKeys.Purpose(stored.Kid)).ShouldNotBeNull();
        master.Open(stored.PrivateKey, "another").ShouldBeNull();
        var letter = stored.PrivateKey[30] == 'A' ? 'B' : 'A';
        master.Open($"{stored.PrivateKey[..30]}{letter}{stored.PrivateKey[31..]}", SigningKeys.Purpose(stored.Kid)).ShouldBeNull();
        foreach (var broken in new[] { "", "AAAA", "%", stored.PrivateKey[..40] })
        {
            master.Open(broken, SigningKeys.Purpose(stored.Kid)).ShouldBeNull(broken);
        }
    }

    private async Task<IReadOnlyList<StoredKey>> MakeAsync()
    {
        await using var node = new Node(folder, TimeProvider.System);
        await node.Keys.KeepAsync();
        return await node.Store.ReadAsync();
    }
}
