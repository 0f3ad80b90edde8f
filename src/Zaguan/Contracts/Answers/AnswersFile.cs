using System.ComponentModel;
using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Contracts.Answers;

[Description("The answers by outcome.")]
internal sealed record AnswersFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("The password is right and the user is active.")]
    [OneOrMany]
    public required IReadOnlyList<AnswerFile> Granted { get; init; }

    [Description("Every refusal that has no answer of its own.")]
    [OneOrMany]
    public required IReadOnlyList<AnswerFile> Refused { get; init; }

    [Description("A fault of the server, and every outcome of its kind that has no answer of its own.")]
    [OneOrMany]
    public required IReadOnlyList<AnswerFile> Failed { get; init; }

    [Description("Nobody has this identifier. Tells strangers which accounts exist; an application can switch it off (DiscloseAccountState).")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? UnknownUser { get; init; }

    [Description("The user exists, the password is wrong.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? WrongPassword { get; init; }

    [Description("The user is disabled, and the password is right (or whatever it is, by the policy).")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Inactive { get; init; }

    [Description("The account's budget of guesses is exhausted.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Locked { get; init; }

    [Description("The address's budget of guesses is exhausted.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Throttled { get; init; }

    [Description("The request cannot be read: no body, another content type, no JSON.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Malformed { get; init; }

    [Description("A field is missing or breaks a rule; {invalid} lists them.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Invalid { get; init; }

    [Description("More logins wait than can be served in time.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Busy { get; init; }

    [Description("The database, the directory or the old system cannot be asked.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? Unavailable { get; init; }

    [Description("Another HTTP method on the contract's path. Absent: 405 and no body.")]
    [OneOrMany]
    public IReadOnlyList<AnswerFile>? WrongMethod { get; init; }
}

[Description("One answer: a status, headers and cookies; a body, or a text, or neither; and perhaps a redirection. Of a list of answers the first whose \"if\" holds is given; the last has none.")]
internal sealed record AnswerFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("When this answer of a list is given: names and the value, or the values, that each must have; null is what is not there.")]
    public IReadOnlyDictionary<string, SourceNode>? If { get; init; }

    [Description("The HTTP status; absent: 200, or 302 where it redirects.")]
    [Between(200, 599, "A status is from 200 to 599 and neither 205 nor 304, not {0}.", Except = [205, 304])]
    public int? Status { get; init; }

    [Description("What the answer says that it is; absent: application/json; charset=utf-8 for a body, text/plain; charset=utf-8 for a text.")]
    [Form("^[A-Za-z0-9.+-]{1,64}/[A-Za-z0-9.+-]{1,64}(; ?[a-z-]{1,32}=[A-Za-z0-9._-]{1,64}){0,4}$", "A content type is a media type with its parameters: \"application/problem+json; charset=utf-8\", not \"{0}\".")]
    public string? ContentType { get; init; }

    [Description("Headers beside those that Zaguan sets: a text with placeholders each; one whose value is null is left out.")]
    public IReadOnlyDictionary<string, SourceNode> Headers { get; init; } = new Dictionary<string, SourceNode>(StringComparer.Ordinal);

    [Description("Cookies, by name.")]
    public IReadOnlyDictionary<string, CookieFile> Cookies { get; init; } = new Dictionary<string, CookieFile>(StringComparer.Ordinal);

    [Description("The answer's own JSON, with placeholders: \"{user.number}\" becomes the value, \"{user.givenName} {user.familyName}\" a text; a key that ends in ? is left out when its value is null.")]
    public SourceNode? Body { get; init; }

    [Description("A body that is no JSON: text, HTML or XML, with placeholders; what they stand for is escaped as the content type demands.")]
    public string? Text { get; init; }

    [Description("Where the browser is sent (Location): a path of this host or an address whose host is written out; placeholders behind it are percent-encoded.")]
    public string? Redirect { get; init; }
}

[Description("One cookie. Its value is a text with placeholders; what no cookie may hold is percent-encoded.")]
[Shorthand(nameof(Value))]
internal sealed record CookieFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("The value, a text with placeholders. Without a value (null) the cookie is left out.")]
    public required string Value { get; init; }

    [Description("Below which path it is sent; absent: below that of the request's own.")]
    [Form("^/[A-Za-z0-9._~/-]{0,128}$", "A cookie's path begins with a slash, not \"{0}\".")]
    public string? Path { get; init; }

    [Description("How long browsers keep it; absent: until they are closed.")]
    public TimeSpan? MaxAge { get; init; }

    [Description("False: scripts of the page may read it.")]
    public bool HttpOnly { get; init; } = true;

    [Description("False: it is sent without encryption too.")]
    public bool Secure { get; init; } = true;

    [Description("Whether other sites' pages bring it along.")]
    public SameSite SameSite { get; init; } = SameSite.Lax;
}

internal enum SameSite
{
    [JsonStringEnumMemberName("Lax")]
    Lax,

    [JsonStringEnumMemberName("Strict")]
    Strict,

    [JsonStringEnumMemberName("None")]
    None,

    /// <summary>The cookie does not say.</summary>
    Unsaid,
}
