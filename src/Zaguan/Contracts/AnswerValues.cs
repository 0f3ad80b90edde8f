using System.Text.Json;
using Zaguan.Users;

namespace Zaguan.Contracts;

/// <summary>What is known when an answer (or a token's claims) is rendered. What is not known is null.</summary>
internal sealed record AnswerValues
{
    public static readonly AnswerValues Nothing = new();

    private JsonElement? attributes;

    public User? User { get; init; }

    public string? Token { get; set; }

    /// <summary>The access record of this attempt.</summary>
    public long? AccessId { get; init; }

    /// <summary>The fields that are missing, empty or of the wrong type, in the contract's order.</summary>
    public IReadOnlyList<string> Invalid { get; init; } = [];

    /// <summary>The element of a list that $each has reached.</summary>
    public string? Item { get; init; }

    public DateTimeOffset Now { get; init; }

    /// <summary>The application's settings that its contract names.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    public Value Attribute(string name)
    {
        if (User?.Attributes is not { } stored)
        {
            return Value.Null;
        }

        attributes ??= JsonElement.Parse(stored);
        return attributes.Value.ValueKind == JsonValueKind.Object && attributes.Value.TryGetProperty(name, out var value) ? Value.Of(value) : Value.Null;
    }
}
