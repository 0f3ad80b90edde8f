using System.Text.Json;
using System.Text.Json.Serialization;
using Zaguan.Login;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords.Formats;

/// <summary>A line of made-elsewhere/hashes.json: a hash that another implementation made, with its password.</summary>
/// <param name="Format">The name of its row in <see cref="HashFormats.All"/>, or "aes".</param>
/// <param name="Text">Null where an export keeps it in several places: then it is composed from <see cref="Export"/>.</param>
/// <param name="Key">For AES, in hex.</param>
internal sealed record Sample(string Format, string Maker, string Password, string? Text, string? Note, string? Key, Dictionary<string, string>? Export)
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests/Zaguan.Tests/Passwords/Formats/made-elsewhere");

    private static readonly JsonSerializerOptions Spelling = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    public static IReadOnlyList<Sample> All { get; } = JsonSerializer.Deserialize<List<Sample>>(File.ReadAllText(Path.Combine(Folder, "hashes.json")), Spelling)!;

    /// <summary>Those that are computed, each with what it was read as.</summary>
    public static IEnumerable<(Sample Sample, StoredHash Hash)> Hashes => All.Select(s => (s, s.Read()?.Hash)).Where(s => s.Hash is not null).Select(s => (s.s, s.Hash!));

    /// <summary>One of each format: the last in the file, whose password is the same for all.</summary>
    public static IEnumerable<(Sample Sample, StoredHash Hash)> OneOfEach => Hashes.Where(s => s.Sample.Password.StartsWith("correct", StringComparison.Ordinal)).DistinctBy(s => s.Sample.Format);

    public HashFormat Row => Key is null ? HashFormats.All.Single(f => string.Equals(f.Name, Format, StringComparison.Ordinal)) : ClearFormats.Aes(new Secret(Convert.FromHexString(Key)));

    /// <summary>As its origin gives it, without the mark of a declared format.</summary>
    public string Bare => Text ?? Compose(Export!);

    /// <summary>As it is kept.</summary>
    public string Stored => Row.IsDeclared ? HashFormats.Declare(Row, Bare) : Bare;

    public HashReading? Read() => Key is null ? HashFormats.Read(Stored) : Row.Read(Bare);

    public override string ToString() => $"{Format} by {Maker}, {Note}, \"{Password}\"";

    private static string Compose(Dictionary<string, string> export)
    {
        var composed = export.TryGetValue("signerKey", out var signerKey)
            ? FirebaseFormat.ToText(export["hash"], export["salt"], signerKey, export["saltSeparator"], Encoded.Number(export["rounds"])!.Value, Encoded.Number(export["memoryCost"])!.Value)
            : KeycloakCredential.ToText(export["credentialData"], export["secretData"]);
        composed.Objection.ShouldBeNull();
        return composed.Text!;
    }
}
