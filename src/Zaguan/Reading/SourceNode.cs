using System.Text.Json;

namespace Zaguan.Reading;

internal enum NodeKind
{
    Null,
    Text,
    Number,
    Boolean,
    List,
    Object,
}

/// <summary>A JSON value that knows where it was written.</summary>
internal sealed class SourceNode
{
    public required NodeKind Kind { get; init; }

    /// <summary>The file, or the environment variable, that it comes from.</summary>
    public required string Origin { get; init; }

    public int? Line { get; init; }

    public required string Pointer { get; init; }

    /// <summary>A text without its quotes; a number or a boolean as written.</summary>
    public string Text { get; init; } = "";

    public IReadOnlyList<SourceNode> Items { get; init; } = [];

    public IReadOnlyList<SourceMember> Members { get; init; } = [];

    /// <summary>The member of that name, or the node itself where there is none: the nearest place to point at.</summary>
    public SourceNode At(string name) => Members.FirstOrDefault(m => string.Equals(m.Name, name, StringComparison.OrdinalIgnoreCase))?.Value ?? this;

    public string KindInWords => Kind switch
    {
        NodeKind.Null => "null",
        NodeKind.Text => "a text",
        NodeKind.Number => "a number",
        NodeKind.Boolean => "true or false",
        NodeKind.List => "a list",
        NodeKind.Object => "an object",
    };

    /// <summary>What was written, for messages: itself, or its kind where that would be long.</summary>
    public string InWords => Kind switch
    {
        NodeKind.Text => $"\"{Text}\"",
        NodeKind.Number or NodeKind.Boolean => Text,
        NodeKind.Null or NodeKind.List or NodeKind.Object => KindInWords,
    };

    /// <summary>As JSON again, without the comments.</summary>
    public string ToJson() => Kind switch
    {
        NodeKind.Null => "null",
        NodeKind.Text => JsonSerializer.Serialize(Text),
        NodeKind.Number or NodeKind.Boolean => Text,
        NodeKind.List => $"[{string.Join(',', Items.Select(i => i.ToJson()))}]",
        NodeKind.Object => $"{{{string.Join(',', Members.Select(m => $"{JsonSerializer.Serialize(m.Name)}:{m.Value.ToJson()}"))}}}",
    };

    /// <summary>One step of a JSON pointer, escaped as RFC 6901 §3 says.</summary>
    public static string Step(string pointer, string name) =>
        $"{pointer}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}

internal sealed record SourceMember(string Name, SourceNode Value);
