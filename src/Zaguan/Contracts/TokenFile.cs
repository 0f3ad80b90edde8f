using System.ComponentModel;
using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Contracts;

[Description("The token of a granted login: a JSON Web Token (RFC 7519), to whose claims Zaguan adds iat, exp and jti; or an opaque one.")]
internal sealed record TokenFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("True: issued only where the application's configuration says IssueToken.")]
    public bool Optional { get; init; }

    [Description("The signature's algorithm (RFC 7518 §3.1); opaque: a random text that only Zaguan can tell the meaning of.")]
    public TokenAlgorithm Algorithm { get; init; } = TokenAlgorithm.HS256;

    [Description("What signs: one setting of the application, \"{config.NAME}\", that holds the shared secret of HS256, HS384 and HS512, or the private RSA key of RS256 (PEM); never the secret itself. ES256 has none: it signs with a key of Zaguan's own.")]
    [Form("^\\{config\\.[A-Z][A-Z0-9_]*\\}$", "A secret never stands in a contract: name the setting that holds it, \"{{config.NAME}}\", in capitals and without a default.")]
    public string? Secret { get; init; }

    [Description("How long a token is good: a whole number and s, m, h or d, settings included (\"{config.JWT_EXPIRES|default:8h}\").")]
    public required string Lifetime { get; init; }

    [Description("Lifetimes that depend on the request; the first whose \"if\" holds is taken.")]
    public IReadOnlyList<LifetimeFile> Lifetimes { get; init; } = [];

    [Description("The claims, as a template. An opaque token has none.")]
    public SourceNode? Claims { get; init; }

    [Description("The text of an opaque token, with {random.…} in it, at least 122 bits of it: \"{access.id}|{random.letters40}\".")]
    public string? Text { get; init; }

    [Description("The token that {refreshToken} stands for: signed like the other, and good for nothing at Zaguan; the old system's own endpoint takes it.")]
    public RefreshFile? Refresh { get; init; }

    [Description("True: a request's Authorization header may hold the token alone, without \"Bearer \" before it.")]
    public bool AcceptsRaw { get; init; }
}

[Description("A lifetime under a condition.")]
internal sealed record LifetimeFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("Fields of the request and the value that each must have: { \"request.remember\": true }.")]
    public required IReadOnlyDictionary<string, SourceNode> If { get; init; }

    [Description("How long a token is good then.")]
    public required string Lifetime { get; init; }
}

[Description("A refresh token. Its claims differ from the token's in one that is the same in all (token_type for one), so that nobody takes it for the token.")]
internal sealed record RefreshFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("How long it is good.")]
    public required string Lifetime { get; init; }

    [Description("The claims, as a template.")]
    public required SourceNode Claims { get; init; }
}

internal enum TokenAlgorithm
{
    [JsonStringEnumMemberName("HS256")]
    HS256,

    [JsonStringEnumMemberName("ES256")]
    ES256,

    [JsonStringEnumMemberName("HS384")]
    HS384,

    [JsonStringEnumMemberName("HS512")]
    HS512,

    [JsonStringEnumMemberName("RS256")]
    RS256,

    Opaque,
}
