using System.ComponentModel;
using System.Text.Json.Serialization;
using Zaguan.Reading;

namespace Zaguan.Contracts.Requests;

[Description("How the login request is read. Field names are matched ignoring case, unknown fields are ignored.")]
internal sealed record RequestFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("The HTTP method. Another one is answered 405.")]
    public RequestMethod Method { get; init; } = RequestMethod.Post;

    [Description("The path of the endpoint, from its slash; compared ignoring case.")]
    [Form("^(/|(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?)$", "A path begins with a slash and is written as the client sends it, without a query: \"/api/login\", not \"{0}\".")]
    public required string Path { get; init; }

    [Description("Where the fields stand: json, form or multipart (the body, by its content type), query, basic (the Authorization header); of a list, the first that the request has.")]
    [OneOrMany]
    public IReadOnlyList<RequestSource> From { get; init; } = [RequestSource.Json];

    [Description("The content types of a body in place of the usual one; \"*/*\" is any, and none.")]
    [OneOrMany]
    [Form("^[A-Za-z0-9.+*-]{1,64}/[A-Za-z0-9.+*-]{1,64}$", "A content type is written without parameters: \"application/json-rpc\", not \"{0}\".")]
    public IReadOnlyList<string>? ContentTypes { get; init; }

    [Description("The field that says who logs in.")]
    public required IdentifierFile Identifier { get; init; }

    [Description("What the identifier is.")]
    public Identifies Identifies { get; init; } = Identifies.Username;

    [Description("The user's attribute that the identifier is, where \"identifies\" says attribute.")]
    [Form("^[\\p{L}\\p{N}_-]{1,64}$", "An attribute is called by letters, digits, _ and -, not \"{0}\".")]
    public string? Attribute { get; init; }

    [Description("The field with the password.")]
    public required PasswordFile Password { get; init; }

    [Description("The field whose true asks that a directory (LDAP) checks the password.")]
    [Place]
    public string? Directory { get; init; }

    [Description("More fields, by the name under which {request.NAME} and conditions know them.")]
    public IReadOnlyDictionary<string, FieldFile> Fields { get; init; } = new Dictionary<string, FieldFile>(StringComparer.Ordinal);

    [Description("Fields that must have one value, with that value; one whose name ends in ? may be absent.")]
    public IReadOnlyDictionary<string, SourceNode> Constants { get; init; } = new Dictionary<string, SourceNode>(StringComparer.Ordinal);

    [Description("True: a field of the body that the contract does not name is invalid.")]
    public bool Strict { get; init; }

    [Description("What a request without a body, or with an empty one, is: malformed; invalid, because every field is missing; object: an empty object is invalid, and no body at all is malformed.")]
    public EmptyBody Empty { get; init; } = EmptyBody.Malformed;
}

[Description("The field that says who logs in: its name, the names of several of which the first that is there counts, or an object with more to say.")]
[Shorthand(nameof(In))]
internal sealed record IdentifierFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("Where it stands.")]
    [OneOrMany]
    [Place]
    public required IReadOnlyList<string> In { get; init; }

    [Description("What is done to it before it is checked and looked for.")]
    public Normalisation Normalise { get; init; } = Normalisation.None;

    [Description("What it must be, by name.")]
    public FieldFormat? Format { get; init; }

    [Description("What it must look like: a regular expression, without look-around and back-references.")]
    public string? Pattern { get; init; }

    [Description("How few characters it may have.")]
    [Between(1, 16_384, "A length is between 1 and 16384, not {0}.")]
    public int? Least { get; init; }

    [Description("How many characters it may have.")]
    [Between(1, 16_384, "A length is between 1 and 16384, not {0}.")]
    public int? Most { get; init; }
}

[Description("The field with the password: its name, the names of several of which the first that is there counts, or an object with more to say.")]
[Shorthand(nameof(In))]
internal sealed record PasswordFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("Where it stands.")]
    [OneOrMany]
    [Place]
    public required IReadOnlyList<string> In { get; init; }

    [Description("How few characters it may have.")]
    [Between(1, 16_384, "A length is between 1 and 16384, not {0}.")]
    public int? Least { get; init; }

    [Description("How many characters it may have.")]
    [Between(1, 16_384, "A length is between 1 and 16384, not {0}.")]
    public int? Most { get; init; }
}

[Description("One more field of the request: its name, the names of several of which the first that is there counts, or an object with more to say.")]
[Shorthand(nameof(In))]
internal sealed record FieldFile
{
    [JsonIgnore]
    public SourceNode? Node { get; init; }

    [Description("Where it stands.")]
    [OneOrMany]
    [Place]
    public required IReadOnlyList<string> In { get; init; }

    [Description("True: a request without it, or with one that breaks a rule, is invalid. False: it is null then.")]
    public bool Required { get; init; }

    [Description("What it is: text, number, flag (true, false and their like), or any of these and null.")]
    public FieldType Type { get; init; } = FieldType.Text;

    [Description("What it must be, by name.")]
    public FieldFormat? Format { get; init; }

    [Description("What it must look like: a regular expression, without look-around and back-references.")]
    public string? Pattern { get; init; }

    [Description("How few characters it may have, of a text.")]
    [Between(1, 1_024, "A length is between 1 and 1024, not {0}.")]
    public int? Least { get; init; }

    [Description("How many characters it may have; absent: 256.")]
    [Between(1, 1_024, "A length is between 1 and 1024, not {0}.")]
    public int? Most { get; init; }
}

internal enum RequestMethod
{
    [JsonStringEnumMemberName("POST")]
    Post,

    [JsonStringEnumMemberName("GET")]
    Get,

    [JsonStringEnumMemberName("PUT")]
    Put,
}

internal enum RequestSource
{
    Json,
    Form,
    Multipart,
    Query,
    Basic,
}

internal enum EmptyBody
{
    Malformed,
    Invalid,

    /// <summary>An empty object is invalid, and no body at all is malformed.</summary>
    Object,
}

internal enum FieldType
{
    Text,
    Number,
    Flag,
    Any,
}

internal enum Normalisation
{
    None,

    /// <summary>Digits alone are left.</summary>
    Digits,

    /// <summary>Letters and digits alone are left, in capitals.</summary>
    Alphanumeric,

    Lower,
    Upper,
}

internal enum FieldFormat
{
    Digits,
    Email,
    Uuid,
    Cpf,
    Cnpj,
    Rut,
    Nif,
    Cuit,
    Ruc,
}
