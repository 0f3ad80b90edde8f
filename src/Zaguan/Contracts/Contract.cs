using System.Collections.Frozen;
using System.Text.Json;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Contracts.Templates;
using Zaguan.Users;

namespace Zaguan.Contracts;

/// <summary>A contract, compiled and immutable.</summary>
internal sealed record Contract(
    string Name,
    string Title,
    string Path,
    string Method,
    Identifies Identifies,
    RequestDecoder Decoder,
    FrozenDictionary<AnswerName, Answer> Answers,
    TokenContract? Token)
{
    /// <summary>The file that it was read from, and what that said: for people to read.</summary>
    public (string Origin, string Text) Written { get; init; }

    /// <summary>Which of the user's attributes the identifier is, where it is one.</summary>
    public string? Attribute { get; init; }

    /// <summary>Whether a disabled user is told so whatever the password is.</summary>
    public bool InactiveBeforePassword { get; init; }

    /// <summary>The names that stand anywhere in its answers: what nobody names is not computed.</summary>
    public required FrozenSet<string> Names { get; init; }

    public bool NamesAttemptsLeft => Names.Contains(Vocabulary.AttemptsLeft);

    /// <summary>What is made of chance for an answer; null: nothing.</summary>
    public Generated? NewGenerated() => Generates ? new() : null;

    private bool Generates => field || (field = Names.Any(n => n.StartsWith(Vocabulary.GeneratedPrefix, StringComparison.Ordinal) || n.StartsWith(Vocabulary.RandomPrefix, StringComparison.Ordinal)));

    /// <summary>What a request said that answers may say back.</summary>
    public RequestEcho Echo(string? identifier, IReadOnlyList<Value>? fields, HttpContext http) => new(
        identifier,
        fields,
        Names.Contains(Vocabulary.Origin) ? $"{http.Request.Scheme}://{http.Request.Host.ToUriComponent()}" : null,
        Names.Contains(Vocabulary.Address) ? http.Connection.RemoteIpAddress?.ToString() : null);

    /// <summary>Whether a field of its requests asks that a directory checks the password.</summary>
    public bool AsksForDirectories => Decoder.ReadsDirectory;

    public bool DisclosesAccountState => Answers.Keys.Any(AnswerNames.DisclosesAccountState);
}

/// <summary>What a contract says of its token. Which settings it names is known; their values come with the application.</summary>
/// <param name="SecretSetting">The setting that holds the signing secret; null: a key of Zaguan's own signs.</param>
/// <param name="Settings">The settings that lifetime and claims name, without "config."; the secret is never among them.</param>
/// <param name="AcceptsRaw">A request's Authorization header may hold the token alone.</param>
internal sealed record TokenContract(
    bool Optional,
    string? SecretSetting,
    TextTemplate Lifetime,
    ObjectTemplate Claims,
    IReadOnlyList<NameUse> Settings,
    bool AcceptsRaw)
{
    public TokenAlgorithm Algorithm { get; init; } = TokenAlgorithm.HS256;

    /// <summary>Lifetimes that hold under a condition, in their order.</summary>
    public IReadOnlyList<(Condition If, TextTemplate Lifetime)> Lifetimes { get; init; } = [];

    /// <summary>What an opaque token looks like; null: it is a signed one.</summary>
    public TextTemplate? Text { get; init; }

    /// <summary>Null: there is no refresh token.</summary>
    public RefreshContract? Refresh { get; init; }

    /// <summary>The names that stand in it.</summary>
    public IReadOnlyList<NameUse> Uses { get; init; } = [];

    /// <summary>JWT_SECRET_PREVIOUS is the secret before JWT_SECRET.</summary>
    public const string PreviousSuffix = "_PREVIOUS";

    /// <summary>Names that mean one user of a realm and no other, the steadiest first.</summary>
    private static readonly string[] SubjectNames = ["user.id", "user.number", "user.username", "user.email"];

    /// <summary>The claim that says whose a token is; null where the contract's claims do not.</summary>
    public SubjectClaim? Subject { get; } = (
        from name in SubjectNames
        from member in Claims.Members
        where member.Value is PlaceholderTemplate { Placeholder.Written: var written } && string.Equals(written, name, StringComparison.Ordinal)
        select new SubjectClaim(member.Name, name)).FirstOrDefault();

    /// <summary>The settings that hold this secret and the one before it.</summary>
    public IEnumerable<string> SecretSettings => SecretSetting is null ? [] : [SecretSetting, SecretSetting + PreviousSuffix];

    /// <summary>The same with a claim that the contract leaves to Zaguan; as it is where it has that claim.</summary>
    public TokenContract WithClaim(string name, string value) => this with
    {
        Claims = With(Claims, name, value),
        Refresh = Refresh is null ? null : Refresh with { Claims = With(Refresh.Claims, name, value) },
    };

    private static ObjectTemplate With(ObjectTemplate claims, string name, string value) => claims.Members.Any(m => string.Equals(m.Name, name, StringComparison.Ordinal))
        ? claims
        : new([.. claims.Members, new(name, Optional: false, new ConstantTemplate(JsonSerializer.Serialize(value)))]);

    public bool Has(string claim) => Claims.Members.Any(m => string.Equals(m.Name, claim, StringComparison.Ordinal));

    /// <summary>A claim that is the same in every token, as text; null where there is none.</summary>
    public string? Constant(string claim, IReadOnlyDictionary<string, string> settings)
    {
        var values = new AnswerValues { Settings = settings };
        return Claims.Members.FirstOrDefault(m => string.Equals(m.Name, claim, StringComparison.Ordinal))?.Value switch
        {
            TextTemplate { IsText: true } text => text.Render(values),
            PlaceholderTemplate { IsText: true, Placeholder: var setting } => setting.Read(values).ToText(),
            ConstantTemplate { Text: { } text } => text,
            _ => null,
        };
    }
}

/// <summary>What a contract says of its refresh token.</summary>
/// <param name="Claim">The claim by which it is told from the token.</param>
/// <param name="Says">What that claim says in it.</param>
internal sealed record RefreshContract(TextTemplate Lifetime, ObjectTemplate Claims, string Claim, string Says);

/// <summary>The claim that says whose a token is.</summary>
/// <param name="Means">What of a user it holds: "user.id", "user.number", "user.username" or "user.email".</param>
internal sealed record SubjectClaim(string Claim, string Means)
{
    public string? Of(User user) => Vocabulary.Find(Means)!.Read(new AnswerValues { User = user }) is { Kind: not ValueKind.Null } value ? value.ToText() : null;
}
