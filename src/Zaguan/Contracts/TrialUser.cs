using System.Text.Json;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Contracts;

/// <summary>A user, as somebody writes one into a file: to try a contract with, or to say what is known of who logs in at an old system.</summary>
internal sealed record TrialUser
{
    /// <summary>Who logs in where nobody says who.</summary>
    public static readonly TrialUser Somebody = new()
    {
        Number = 7,
        Id = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05",
        Username = "ana",
        Email = "ana@example.com",
        GivenName = "Ana",
        FamilyName = "Peña",
        RoleNumber = 2,
        RoleName = "Caja",
    };

    public int? Number { get; init; }

    public string? Id { get; init; }

    public string? Username { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public int? RoleNumber { get; init; }

    public string? RoleName { get; init; }

    public IReadOnlyDictionary<string, SourceNode> Attributes { get; init; } = new Dictionary<string, SourceNode>(StringComparer.Ordinal);

    /// <summary>What every user has and the file does not say is as of <see cref="Somebody"/>.</summary>
    public User ToUser() => new()
    {
        Number = Number ?? Somebody.Number!.Value,
        Id = Id ?? Somebody.Id!,
        Username = Username ?? Email ?? Somebody.Username!,
        Email = Email,
        Phone = Phone,
        GivenName = GivenName,
        FamilyName = FamilyName,
        RoleNumber = RoleNumber,
        RoleName = RoleName,
        Active = true,
        Attributes = $"{{{string.Join(',', Attributes.Select(a => $"{JsonSerializer.Serialize(a.Key)}:{a.Value.ToJson()}"))}}}",
    };

    /// <returns>Nobody after a problem was added.</returns>
    public static TrialUser Read(string file, Problems problems)
    {
        if (!File.Exists(file))
        {
            problems.Add(file, Directory.Exists(file) ? "This is a folder; here belongs a JSON file that says who logs in." : "There is no such file; here belongs one that says who logs in, in JSON.");
            return new();
        }

        try
        {
            return JsonSource.Parse(file, File.ReadAllBytes(file), problems) is { } node ? new RecordReader(Spelling.Contract, problems).Read<TrialUser>(node) : new();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
            return new();
        }
    }
}
