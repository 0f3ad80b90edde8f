using System.Text.Json;
using Zaguan.Login;

namespace Zaguan.Contracts.Learning;

/// <summary>What a question is to find out.</summary>
internal enum QuestionKind
{
    /// <summary>What a granted login is answered.</summary>
    RightLogin,

    /// <summary>Whether the same user may say another name.</summary>
    OtherName,
    WrongPassword,
    UnknownUser,

    /// <summary>What a request is answered in which a field is missing, empty or no text.</summary>
    BrokenField,

    /// <summary>Whether what the identifier looks like is checked.</summary>
    OtherForm,
    NoBody,
    EmptyBody,
    Malformed,

    /// <summary>Whether fields are refused that nobody knows.</summary>
    UnknownField,

    /// <summary>Whether a field that all requests have is needed.</summary>
    LiteralMissing,

    /// <summary>Whether it must have its value.</summary>
    LiteralOther,
    OtherMethod,

    /// <summary>What an example says of an outcome that no request brings about.</summary>
    Example,
}

/// <summary>One request, and what it is about.</summary>
/// <param name="Name">Of its example's file.</param>
/// <param name="About">In a sentence.</param>
internal sealed record Question(QuestionKind Kind, string Name, string About)
{
    public required string Method { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Null: it says none.</summary>
    public string? ContentType { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>What its fields say, by place; the password is not among them.</summary>
    public IReadOnlyDictionary<string, JsonElement> Said { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>The field that it is about.</summary>
    public string? Field { get; init; }

    /// <summary>What becomes of it where the request is understood.</summary>
    public Outcome Outcome { get; init; } = Outcome.UnknownUser;

    /// <summary>An example says its outcome: it wins over what is inferred of the request.</summary>
    public bool IsOutcomeStated { get; init; }

    /// <summary>The body, for an example: with something else in the place of the password.</summary>
    public required ReadOnlyMemory<byte> Shown { get; init; }
}
