using System.Security.Cryptography;
using Zaguan.Argon2;

namespace Zaguan.Passwords.Formats;

/// <summary>A format that is another one behind a mark of its own, with the password changed before it, or not.</summary>
internal static class OuterFormat
{
    public static HashReading? Read(string mark, HashReading? inner, Prepare? prepare = null) => inner?.Hash is { } hash
        ? HashReading.Of(hash with
        {
            Compute = prepare is null ? hash.Compute : (password, argon2) => Compute(hash, prepare(password), argon2),
            // What is computed before is computed of the whole password.
            Sees = prepare is null ? hash.Sees : null,
            Recipe = $"{mark}{hash.Recipe}",
        })
        : inner;

    /// <summary>What a password was made into is guessed as fast as that was.</summary>
    private static byte[] Compute(StoredHash hash, byte[] prepared, Argon2Hasher argon2)
    {
        try
        {
            return hash.Compute(prepared, argon2);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(prepared);
        }
    }

    /// <summary>Behind this mark nothing else can be.</summary>
    public static HashReading OrCutOff(this HashReading? reading, string maker) => reading ?? HashReading.Refused($"This {maker} hash is cut off, or what is behind its mark is no such hash.");
}
