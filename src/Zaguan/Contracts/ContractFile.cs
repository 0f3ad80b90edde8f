using System.ComponentModel;
using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>What the author of a contract writes. <see cref="ContractCompiler"/> turns it into a <see cref="Contract"/>.</summary>
[Description("One application's login contract: how its request is read and how each outcome is answered.")]
internal sealed record ContractFile
{
    [JsonPropertyName("$schema")]
    [Description("Where an editor finds this schema; Zaguan does not read it.")]
    public string? Schema { get; init; }

    [Description("The application's name, as people call it.")]
    public required string Title { get; init; }

    [Description("How the login request is read.")]
    public required RequestFile Request { get; init; }

    [Description("What each outcome answers. An outcome without an answer of its own takes the next one: unknownUser, wrongPassword, inactive, locked, throttled → refused; malformed → invalid → refused; busy → unavailable → failed.")]
    public required AnswersFile Answers { get; init; }

    [Description("The token that {token} stands for. Absent: the application answers no token.")]
    public TokenFile? Token { get; init; }
}

[Description("How the login request is read. Field names are matched ignoring case, unknown fields are ignored.")]
internal sealed record RequestFile
{
    private const string FieldForm = @"^[\p{L}\p{N}_-]{1,64}$";
    private const string FieldSentence = "A field is the name of a member of the body: letters, digits, _ and -, not \"{0}\".";

    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("The HTTP method. Another one is answered 405.")]
    public RequestMethod Method { get; init; } = RequestMethod.Post;

    [Description("The path of the endpoint, from its slash; compared ignoring case.")]
    [Form("^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$", "A path begins with a slash and is written as the client sends it, without a query: \"/api/login\", not \"{0}\".")]
    public required string Path { get; init; }

    [Description("Where the fields stand: json, the members of the body's object.")]
    public RequestSource From { get; init; } = RequestSource.Json;

    [Description("The field that says who logs in.")]
    [Form(FieldForm, FieldSentence)]
    public required string Identifier { get; init; }

    [Description("What the identifier is: username or email.")]
    public Identifies Identifies { get; init; } = Identifies.Username;

    [Description("The field with the password.")]
    [Form(FieldForm, FieldSentence)]
    public required string Password { get; init; }

    [Description("The field whose true asks that a directory (LDAP) checks the password.")]
    [Form(FieldForm, FieldSentence)]
    public string? Directory { get; init; }
}

internal enum RequestMethod
{
    [JsonStringEnumMemberName("POST")]
    Post,
}

internal enum RequestSource
{
    Json,
}

internal enum Identifies
{
    Username,
    Email,
}

[Description("The answers by outcome.")]
internal sealed record AnswersFile
{
    [Description("The password is right and the user is active.")]
    public required AnswerFile Granted { get; init; }

    [Description("Every refusal that has no answer of its own.")]
    public required AnswerFile Refused { get; init; }

    [Description("A fault of the server, and every outcome of its kind that has no answer of its own.")]
    public required AnswerFile Failed { get; init; }

    [Description("Nobody has this identifier. Tells strangers which accounts exist; an application can switch it off (DiscloseAccountState).")]
    public AnswerFile? UnknownUser { get; init; }

    [Description("The user exists, the password is wrong.")]
    public AnswerFile? WrongPassword { get; init; }

    [Description("The password is right, the user is disabled.")]
    public AnswerFile? Inactive { get; init; }

    [Description("The account's budget of guesses is exhausted.")]
    public AnswerFile? Locked { get; init; }

    [Description("The address's budget of guesses is exhausted.")]
    public AnswerFile? Throttled { get; init; }

    [Description("The body cannot be read: absent, another content type, not JSON, not an object, an empty object.")]
    public AnswerFile? Malformed { get; init; }

    [Description("A field is missing, empty or of the wrong type; {invalid} lists them.")]
    public AnswerFile? Invalid { get; init; }

    [Description("More logins wait than can be served in time.")]
    public AnswerFile? Busy { get; init; }

    [Description("The database, the directory or the old system cannot be asked.")]
    public AnswerFile? Unavailable { get; init; }
}

[Description("One answer.")]
internal sealed record AnswerFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("The HTTP status; 200 when absent.")]
    [Between(200, 599, "A status with a body is from 200 to 599 and neither 204, 205 nor 304, not {0}.", Except = [204, 205, 304])]
    public int Status { get; init; } = 200;

    [Description("The answer's own JSON, with placeholders: \"{user.number}\" becomes the value, \"{user.givenName} {user.familyName}\" a text; a key that ends in ? is left out when its value is null.")]
    public required SourceNode Body { get; init; }
}

[Description("A JSON Web Token (RFC 7519). Zaguan adds iat, exp and jti to the claims.")]
internal sealed record TokenFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("True: issued only where the application's configuration says IssueToken.")]
    public bool Optional { get; init; }

    [Description("The signature's algorithm (RFC 7518 §3.1).")]
    public TokenAlgorithm Algorithm { get; init; } = TokenAlgorithm.HS256;

    [Description("The signing secret of HS256: one setting of the application, \"{config.NAME}\"; never the secret itself. ES256 has none: it signs with a key of Zaguan's own.")]
    [Form("^\\{config\\.[A-Z][A-Z0-9_]*\\}$", "A secret never stands in a contract: name the setting that holds it, \"{{config.NAME}}\", in capitals and without a default.")]
    public string? Secret { get; init; }

    [Description("How long a token is good: a whole number and s, m, h or d, settings included (\"{config.JWT_EXPIRES|default:8h}\").")]
    public required string Lifetime { get; init; }

    [Description("The claims, as a template.")]
    public required SourceNode Claims { get; init; }

    [Description("True: a request's Authorization header may hold the token alone, without \"Bearer \" before it.")]
    public bool AcceptsRaw { get; init; }
}

internal enum TokenAlgorithm
{
    [JsonStringEnumMemberName("HS256")]
    HS256,

    [JsonStringEnumMemberName("ES256")]
    ES256,
}
