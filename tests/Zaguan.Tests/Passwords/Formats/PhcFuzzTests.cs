using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Zaguan.Argon2;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>PHC strings both ways: what is written is read as it was meant, and a letter more or less is never another hash that is as good.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class PhcFuzzTests
{
    private static readonly string[] Pieces = ["$", "$$", ",", "=", "m=", "t=", "p=", "v=", "v=16", "v=19", "argon2id", "argon2i", "0", "00", "1", "-1", "+1", "٣", "4294967296", "99999999999999999999", "A", "+", "/", "==", "é", "\0", "\n", "$over$", "$as$"];

    private static readonly Gen<byte[]> Salt = from length in Gen.Choose(8, 48) from bytes in Gen.ArrayOf(Gen.Choose(0, 255), length) select bytes.Select(b => (byte)b).ToArray();

    private static readonly Gen<(Argon2Type Type, Argon2Cost Cost, byte[] Salt, int Length, string Password)> Hashes =
        from type in Gen.Elements(Argon2Type.Argon2d, Argon2Type.Argon2i, Argon2Type.Argon2id)
        from lanes in Gen.Choose(1, 4)
        from memory in Gen.Choose(8 * 4, 96)
        from passes in Gen.Choose(1, 3)
        from salt in Salt
        from length in Gen.Elements(16, 20, 24, 28, 32, 48, 64)
        from password in Chance.Text
        select (type, new Argon2Cost(memory, passes, lanes), salt, length, password);

    [Fact]
    public void A_string_that_is_written_is_read_as_it_was_meant_and_computes_the_same()
    {
        using var argon2 = new Argon2Hasher(1 << 20);
        Chance.Check(Hashes, 300, made => Written(argon2, made), made =>
        {
            var reading = HashFormats.Read(Written(argon2, made));
            return reading is { Objection: null, Hash: { } hash }
                && hash.Digest.Length == made.Length
                && hash.Argon2 == (made.Type == Argon2Type.Argon2id ? made.Cost : null)
                && string.Equals(hash.Cost, PhcFormats.CostOf(made.Type, made.Cost), StringComparison.Ordinal)
                && hash.Compute(Encoding.UTF8.GetBytes(made.Password), argon2).AsSpan().SequenceEqual(hash.Digest)
                && !hash.Compute(Encoding.UTF8.GetBytes(made.Password + "x"), argon2).AsSpan().SequenceEqual(hash.Digest);
        });
    }

    [Fact]
    public void A_string_that_was_damaged_is_refused_or_another_password_s()
    {
        using var argon2 = new Argon2Hasher(1 << 20);
        var damaged = from made in Hashes
                      let whole = Written(argon2, made)
                      from text in Chance.Damaged(Gen.Constant(whole), Pieces)
                      select (Whole: whole, Text: text, made.Password);

        Chance.Check(damaged, 2_000, d => $"{Chance.Literal(d.Text)} made of {Chance.Literal(d.Whole)}", d =>
        {
            var reading = HashFormats.Read(d.Text);
            if (reading?.Hash is not { } hash)
            {
                return reading is null or { Objection.Length: > 0 } or { Clear: not null };
            }

            // What became dear is not computed here; that nothing becomes too dear is shown elsewhere.
            if (hash.Argon2 is { Work: > 4_096 } || hash.Argon2 is null)
            {
                return true;
            }

            // Base64 has more than one spelling of the same bytes; a hash of other bytes is another password's.
            var whole = HashFormats.Read(d.Whole)!.Hash!;
            var isSame = string.Equals(hash.Recipe, whole.Recipe, StringComparison.Ordinal) && hash.Digest.AsSpan().SequenceEqual(whole.Digest);
            return hash.Compute(Encoding.UTF8.GetBytes(d.Password), argon2).AsSpan().SequenceEqual(hash.Digest) == isSame;
        });
    }

    private static string Written(Argon2Hasher argon2, (Argon2Type Type, Argon2Cost Cost, byte[] Salt, int Length, string Password) made)
    {
        var digest = new byte[made.Length];
        argon2.DeriveKey(made.Type, made.Cost, Encoding.UTF8.GetBytes(made.Password), made.Salt, digest);
        return PhcFormats.Format(made.Type, made.Cost, made.Salt, digest);
    }
}
