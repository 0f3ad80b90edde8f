using System.Collections.Frozen;
using System.Text.Json;
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
    public TokenContract WithClaim(string name, string value) => Has(name)
        ? this
        : this with { Claims = new([.. Claims.Members, new(name, Optional: false, new ConstantTemplate(JsonSerializer.Serialize(value)))]) };

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

/// <summary>The claim that says whose a token is.</summary>
/// <param name="Means">What of a user it holds: "user.id", "user.number", "user.username" or "user.email".</param>
internal sealed record SubjectClaim(string Claim, string Means)
{
    public string? Of(User user) => Vocabulary.Find(Means)!.Read(new AnswerValues { User = user }) is { Kind: not ValueKind.Null } value ? value.ToText() : null;
}
