using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/// <summary>Argon2id over a weak hash: <c>$argon2id$…$SALT$HASH$over$RECIPE</c>. The recipe says how the weak hash is computed and holds nothing of it.</summary>
internal static class WrappedFormat
{
    private const string Over = "$over$";

    public static IEnumerable<HashFormat> Rows => [new("argon2id over a weak hash", "Zaguan; see docs/decisions", Read)];

    public static string Join(string argon2, string recipe) => $"{argon2}{Over}{recipe}";

    public static string CostOf(string argon2, string weak) => $"{weak}, {argon2}";

    private static HashReading? Read(string text)
    {
        var over = text.IndexOf(Over, StringComparison.Ordinal);
        if (over < 0 || PhcFormats.ReadArgon2(text[..over]) is not { } outer)
        {
            return null;
        }

        if (outer.Hash is not { } argon2)
        {
            return outer;
        }

        if (argon2.IsWeak)
        {
            return HashReading.Refused("The Argon2id over this hash is weaker than Zaguan ever made it.");
        }

        // What is itself Argon2id over another is none of ours, and would cost without a bound.
        return HashFormats.Read(text[(over + Over.Length)..])?.Hash is { IsWrapped: false } weak
            ? HashReading.Of(new()
            {
                Cost = CostOf(argon2.Cost, weak.Cost),
                IsWeak = false,
                Argon2 = argon2.Argon2,
                IsWrapped = true,
                Sees = weak.Sees,
                Digest = argon2.Digest,
                Compute = (password, hasher) =>
                {
                    var digest = weak.Compute(password, hasher);
                    try
                    {
                        return argon2.Compute(digest, hasher);
                    }
                    finally
                    {
                        CryptographicOperations.ZeroMemory(digest);
                    }
                },
                Recipe = Join(argon2.Recipe, weak.Recipe),
            })
            : HashReading.Refused("What is behind \"$over$\" is no hash that can be computed.");
    }
}
