using System.Text.Json;
using System.Text.RegularExpressions;

namespace Zaguan.Contracts.Requests;

internal enum FieldRole
{
    Identifier,
    Password,
    Directory,

    /// <summary>One that answers and conditions may name.</summary>
    Named,

    /// <summary>One that must have one value.</summary>
    Constant,
}

/// <summary>One field of a contract's request: where it stands, and what it must be.</summary>
/// <param name="Name">How the contract's answers call it; empty where they do not.</param>
/// <param name="Index">Its place among the fields.</param>
/// <param name="Places">The first that is there counts.</param>
internal sealed record FieldRule(FieldRole Role, string Name, int Index, IReadOnlyList<FieldPlace> Places)
{
    /// <summary>As {item.field} says it.</summary>
    public string Label { get; } = Places.Count == 0 ? "" : Places[0].Written;

    public bool Required { get; init; } = true;

    public FieldType Type { get; init; }

    public int Least { get; init; }

    public int Most { get; init; } = int.MaxValue;

    public Normalisation Normalise { get; init; }

    public FieldFormat? Format { get; init; }

    public Regex? Pattern { get; init; }

    /// <summary>A text, a number, true or false.</summary>
    public JsonElement Constant { get; init; }

    /// <summary>It may stand where nobody is told what stands there.</summary>
    public bool IsSecret => Role == FieldRole.Password || Places.Any(p => p.IsSecret);

    /// <param name="value">What it was; null of a secret.</param>
    public InvalidField Breaks(InvalidRule rule, Value value = default) => new(Label, rule, value) { Name = Places[0].Path[^1] };

    /// <summary>Whether a text that is not empty is what it must be.</summary>
    public InvalidRule? ObjectionTo(string text) => ObjectionToLength(text.Length) ?? text switch
    {
        _ when Format is { } format && !FieldFormats.Fits(format, text) => InvalidRule.Format,
        _ when Pattern is { } pattern && !Matches(pattern, text) => InvalidRule.Format,
        _ => null,
    };

    /// <param name="length">In characters, and more than none.</param>
    public InvalidRule? ObjectionToLength(int length) => length < Least ? InvalidRule.Short : length > Most ? InvalidRule.Long : null;

    // .NET's $ also stands before a line feed that ends the text, wherever in the pattern it is written; before another blank it does not.
    private static bool Matches(Regex pattern, string text) => pattern.IsMatch(text) && (!text.EndsWith('\n') || pattern.IsMatch($"{text[..^1]}\v"));
}

/// <summary>The rule that a field breaks.</summary>
internal enum InvalidRule
{
    /// <summary>It is not there, or null.</summary>
    Missing,
    Empty,

    /// <summary>A number where a text belongs, and the like.</summary>
    Type,

    /// <summary>It has fewer characters than the contract wants.</summary>
    Short,
    Long,
    Format,

    /// <summary>It has another value than the one that it must have.</summary>
    Constant,

    /// <summary>The contract is strict, and does not name it.</summary>
    Unknown,
}

/// <summary>A field that breaks a rule.</summary>
/// <param name="Field">As the contract spells its place: "params.username".</param>
/// <param name="Value">What it was, where that may be told: never of a password, nor of a field that nobody knows.</param>
internal sealed record InvalidField(string Field, InvalidRule Rule, Value Value = default)
{
    /// <summary>Without the names that it lies in.</summary>
    public string Name { get; init; } = Field[(Field.LastIndexOf('.') + 1)..];
}
