using System.Text.Json;
using Zaguan.Contracts.Requests;

namespace Zaguan.Contracts.Learning;

/// <summary>What one answer may speak of.</summary>
internal sealed record Facts
{
    /// <summary>What is known by name.</summary>
    public required IReadOnlyList<Fact> Known { get; init; }

    /// <summary>When it was given.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When its token is good no more.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>For how long it is good.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>The fields of the request that break a rule.</summary>
    public IReadOnlyList<InvalidField> Invalid { get; init; } = [];

    /// <summary>The one of them that a part of the answer is about.</summary>
    public InvalidField? Item { get; init; }

    /// <summary>What is made of chance may stand here; in claims it may not.</summary>
    public bool MayBeMade { get; init; } = true;

    /// <summary>The user may be spoken of.</summary>
    public bool HasUser { get; init; }

    /// <summary>The answer stands in an example: wildcards in it stand for what is not known.</summary>
    public bool IsWritten { get; init; }

    /// <summary>Places in which the answer says back what the request said.</summary>
    public IReadOnlyList<Echo> Echoes { get; init; } = [];

    /// <summary>What the request said of it, by place; it need not have said anything.</summary>
    public IReadOnlyDictionary<string, JsonElement> Said { get; init; } = new Dictionary<string, JsonElement>(StringComparer.Ordinal);

    /// <summary>The same, about the first of the fields or about one of them.</summary>
    public Facts WithInvalid(IReadOnlyList<InvalidField> invalid) => this with { Invalid = invalid, Known = invalid is [var first, ..] ? [.. Known, .. Of("invalid", first), .. More(invalid.Count - 1)] : Known };

    public Facts AboutItem(InvalidField item) => this with { Item = item, Known = [.. Known.Where(f => !f.Name.StartsWith("invalid.", StringComparison.Ordinal)), .. Of(Vocabulary.ItemName, item)] };

    private static IEnumerable<Fact> Of(string prefix, InvalidField field)
    {
        yield return Fact.Of($"{prefix}.field", field.Field);
        yield return Fact.Of($"{prefix}.name", field.Name);
        if (prefix is Vocabulary.ItemName && field.Value.Kind == ValueKind.Text)
        {
            yield return Fact.Of("item.value", field.Value.ToText());
        }
    }

    private static IEnumerable<Fact> More(int count) => count > 0 ? [Fact.Of("invalid.more", count)] : [];
}

/// <summary>A place of the answer (a JSON pointer, or "header:NAME") that says back a field of the request.</summary>
/// <param name="Field">The field's place in the request.</param>
/// <param name="Template">What stands there.</param>
internal sealed record Echo(string At, string Field, string Template);

/// <summary>A piece of one answer, with what it may speak of.</summary>
internal sealed record Sample(JsonElement Value, Facts Facts);
