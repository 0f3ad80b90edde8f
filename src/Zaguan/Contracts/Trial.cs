using System.Collections.Frozen;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Contracts;

/// <summary>A contract tried out without a database: what it would answer to a user, or to nobody.</summary>
/// <param name="user">Who logs in.</param>
/// <param name="now">The instant of the answers.</param>
internal sealed class Trial(Contract contract, User user, DateTimeOffset now)
{
    /// <summary>What stands for a token: nothing signs here.</summary>
    private const string Token = "<token>";

    /// <summary>What a request that was read is answered when this becomes of it.</summary>
    public Rendered Answer(AnswerName name, DecodedRequest? request = null)
    {
        var knowsUser = name is AnswerName.Granted or AnswerName.Inactive;
        return new(Find(name), new AnswerValues
        {
            User = knowsUser ? user : null,
            Token = name == AnswerName.Granted ? Token : null,
            RefreshToken = name == AnswerName.Granted ? "<refresh token>" : null,
            SessionId = "<session>",
            ExpiresAt = now + Lifetime,
            AccessId = 1,
            AttemptsLeft = 4,
            RetryAfter = 60,
            Invalid = request?.Invalid ?? (name is AnswerName.Malformed or AnswerName.Invalid ? MissingFields : []),
            Now = now,
            Request = new(request is { Refusal: null } ? request.Identifier : user.Username, request?.Fields, "https://zaguan.example", "203.0.113.7"),
            Generated = contract.NewGenerated(),
            Settings = FrozenDictionary<string, string>.Empty,
        });
    }

    /// <summary>Both fields that every contract has.</summary>
    private List<InvalidField> MissingFields => [.. contract.Decoder.Rules.Fields.Where(f => f.Role is FieldRole.Identifier or FieldRole.Password).Select(f => new InvalidField(f.Label, InvalidRule.Missing))];

    private TimeSpan Lifetime => contract.Token is { } token && Duration.TryParse(token.Lifetime.Render(AnswerValues.Nothing), out var lifetime) ? lifetime : TimeSpan.FromHours(1);

    /// <summary>The answer of this name, or the one that stands in for it.</summary>
    private Answer Find(AnswerName name)
    {
        var found = name;
        while (!contract.Answers.ContainsKey(found))
        {
            found = AnswerNames.Fallback(found) ?? throw new InvalidOperationException($"A contract without {found}.");
        }

        return contract.Answers[found];
    }
}

/// <summary>A user, as somebody writes one into a file to try a contract with.</summary>
internal sealed record TrialUser
{
    public int Number { get; init; } = 7;

    public string Id { get; init; } = "0b1c2d3e-4f50-4a61-8b72-9c83ad94be05";

    public string Username { get; init; } = "ana";

    public string? Email { get; init; } = "ana@example.com";

    public string? Phone { get; init; }

    public string? GivenName { get; init; } = "Ana";

    public string? FamilyName { get; init; } = "Peña";

    public int? RoleNumber { get; init; } = 2;

    public string? RoleName { get; init; } = "Caja";

    public IReadOnlyDictionary<string, SourceNode> Attributes { get; init; } = new Dictionary<string, SourceNode>(StringComparer.Ordinal);

    public User ToUser() => new()
    {
        Number = Number,
        Id = Id,
        Username = Username,
        Email = Email,
        Phone = Phone,
        GivenName = GivenName,
        FamilyName = FamilyName,
        RoleNumber = RoleNumber,
        RoleName = RoleName,
        Active = true,
        Attributes = $"{{{string.Join(',', Attributes.Select(a => $"{System.Text.Json.JsonSerializer.Serialize(a.Key)}:{a.Value.ToJson()}"))}}}",
    };
}
