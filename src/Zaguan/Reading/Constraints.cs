using System.Globalization;
using System.Text.RegularExpressions;

namespace Zaguan.Reading;

/// <summary>What a value must be beyond its type. <see cref="RecordReader"/> enforces it and <see cref="JsonSchema"/> tells editors, from one place.</summary>
internal abstract class ConstraintAttribute : Attribute
{
    /// <summary>Null where the value is right, else the sentence that says what it should be.</summary>
    public abstract string? Objection(object value);
}

/// <summary>A text of this form.</summary>
/// <param name="pattern">Anchored at both ends; it stands in the schema too, so it keeps to what .NET and ECMAScript both understand.</param>
/// <param name="sentence">What the text should be; {0} is what was written.</param>
[AttributeUsage(AttributeTargets.Property)]
internal class FormAttribute(string pattern, string sentence) : ConstraintAttribute
{
    // Made where there is something to match: the attributes of all settings are made at the start. No pattern tries a place twice, so there is no time to limit.
    private readonly Lazy<Regex> regex = new(() => new(pattern, RegexOptions.CultureInvariant, Regex.InfiniteMatchTimeout));

    public string Pattern => pattern;

    // .NET's $ also stands before a line feed that ends the text; the match would then be shorter than the text.
    public override string? Objection(object value) =>
        value is string text && regex.Value.Match(text) is { Success: true } match && match.Length == text.Length
            ? null
            : string.Format(CultureInfo.InvariantCulture, sentence, value);
}

/// <summary>A whole number in this range.</summary>
/// <param name="sentence">What the number should be; {0} is what was written.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BetweenAttribute(int least, int most, string sentence) : ConstraintAttribute
{
    public int Least => least;

    public int Most => most;

    /// <summary>Numbers within the range that are not allowed either.</summary>
    public int[] Except { get; init; } = [];

    public override string? Objection(object value) =>
        value is int number && number >= least && number <= most && !Except.Contains(number)
            ? null
            : string.Format(CultureInfo.InvariantCulture, sentence, value);
}

/// <summary>A list that may be written as its only element.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOrManyAttribute : Attribute;

/// <summary>A record that may be written as the value of one of its properties: a text, or a list.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ShorthandAttribute(string property) : Attribute
{
    public string Property => property;
}
