using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Passwords.Formats;

namespace Zaguan.Users.Import;

/// <summary>Users of Firebase Authentication (firebase auth:export users.json; https://firebase.google.com/docs/cli/auth).</summary>
internal static class FirebaseUsers
{
    public static bool Are(JsonElement user) => user.TryGetProperty("localId", out _);

    public static IReadOnlyList<ImportField> Fields(JsonElement user, FirebaseHashing? hashing) =>
    [
        new("id", user.Text("localId")),
        new("username", user.Text("email") ?? user.Text("phoneNumber") ?? user.Text("localId")),
        new("email", user.Text("email")),
        new("given_name", user.Text("displayName")),
        new("phone", user.Text("phoneNumber")),
        new("inactive", user.TryGetProperty("disabled", out var disabled) ? disabled.GetRawText() : "false"),
        user.Text("passwordHash") is { } digest ? (hashing ?? throw Missing()).Password(user.Text("salt") ?? "", digest) : new("password", null),
    ];

    private static ImportSourceException Missing() => new(
        "Firebase's hashes cannot be computed without the project's parameters. The Firebase console shows them (Authentication, Users, the menu above the table, \"Password hash parameters\"): save them in a file that only you can read, and name it with --firebase-hash-config FILE.");
}

/// <summary>The parameters of a Firebase project's hashes (https://firebaseopensource.com/projects/firebase/scrypt/).</summary>
internal sealed partial class FirebaseHashing
{
    private const int MostCharacters = 16 * 1024;

    private static readonly string[] Needed = ["base64_signer_key", "base64_salt_separator", "rounds", "mem_cost"];

    private readonly string signerKey;
    private readonly string saltSeparator;
    private readonly int rounds;
    private readonly int memoryCost;

    private FirebaseHashing(IReadOnlyDictionary<string, string> told)
    {
        signerKey = told["base64_signer_key"];
        saltSeparator = told["base64_salt_separator"];
        rounds = Encoded.Number(told["rounds"]) ?? 0;
        memoryCost = Encoded.Number(told["mem_cost"]) ?? 0;
    }

    /// <summary>What the console shows ("hash_config { … }"), or the same as JSON.</summary>
    public static FirebaseHashing Read(string path)
    {
        string text;
        try
        {
            using var reader = new StreamReader(path);
            var start = new char[MostCharacters];
            text = new(start, 0, reader.ReadBlock(start));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportSourceException($"{path} cannot be read: {e.Message}", e);
        }

        var told = Pair().Matches(text).DistinctBy(p => p.Groups["name"].Value, StringComparer.Ordinal).ToDictionary(p => p.Groups["name"].Value, p => p.Groups["value"].Value, StringComparer.Ordinal);
        var missing = Needed.Where(n => !told.ContainsKey(n)).ToList();
        return missing.Count > 0
            ? throw new ImportSourceException($"{path} lacks {string.Join(", ", missing)}. It holds what the Firebase console shows as \"Password hash parameters\".")
            : new(told);
    }

    /// <summary>A hash and its salt, as a text that a reader of hashes understands.</summary>
    public ImportField Password(string salt, string digest)
    {
        var (text, objection) = FirebaseFormat.ToText(digest, salt, signerKey, saltSeparator, rounds, memoryCost);
        return new("password", text, Objection: objection);
    }

    [GeneratedRegex("""(?<name>[a-z0-9_]+)"?\s*:\s*"?(?<value>[^",\s}]+)""", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();
}
