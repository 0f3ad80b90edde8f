using Zaguan.Login;

namespace Zaguan.Contracts.Requests;

/// <summary>A login request as it travels, within its bounds.</summary>
internal readonly ref struct RequestInput
{
    public ReadOnlySpan<byte> Body { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Null: nobody has them at hand.</summary>
    public IHeaderDictionary? Headers { get; init; }

    /// <summary>With its question mark; null or empty: there is none.</summary>
    public string? Query { get; init; }

    /// <summary>The body broke off.</summary>
    public bool IsCutOff { get; init; }

    public static RequestInput OfJson(ReadOnlySpan<byte> body) => new() { Body = body, ContentType = "application/json" };
}

/// <param name="Refusal">Malformed or Invalid, or null where the request was understood.</param>
/// <param name="Invalid">The offending fields, in the contract's order.</param>
/// <param name="Directory">The client asks that a directory checks the password.</param>
internal sealed record DecodedRequest(Outcome? Refusal, IReadOnlyList<InvalidField> Invalid, string Identifier, Secret? Password, bool Directory)
{
    /// <summary>A field came twice: another reader of the same bytes may take the other one.</summary>
    public bool IsAmbiguous { get; init; }

    /// <summary>All of it, as it came, where it is to be handed on; else null.</summary>
    public Secret? Body { get; init; }

    /// <summary>What {request.NAME} stands for, by the field's index; null: the contract names none.</summary>
    public Value[]? Fields { get; init; }
}
