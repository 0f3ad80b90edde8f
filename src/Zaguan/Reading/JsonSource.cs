using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Zaguan.Reading;

/// <summary>JSON text → a tree that knows its lines. Comments and trailing commas are welcome: people write these files.</summary>
internal static class JsonSource
{
    /// <summary>Far above any file that people write, far below what would hurt.</summary>
    public const int MostBytes = 1024 * 1024;

    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        MaxDepth = 64,
    };

    /// <summary>The tree, or null after the problems have been added.</summary>
    /// <param name="names">Which names of one object are the same; absent: those that are written the same.</param>
    public static SourceNode? Parse(string origin, ReadOnlySpan<byte> text, Problems problems, StringComparer? names = null)
    {
        if (text.StartsWith(Encoding.UTF8.Preamble))
        {
            text = text[Encoding.UTF8.Preamble.Length..];
        }

        if (text.Length > MostBytes)
        {
            problems.Add(origin, $"The file has {text.Length:N0} bytes; at most {MostBytes:N0} are read.");
            return null;
        }

        var before = problems.Count;
        var reader = new Utf8JsonReader(text, Options);
        try
        {
            reader.Read();
            var node = new Tree(new(origin, text), names ?? StringComparer.Ordinal, problems).Read(ref reader, "");
            reader.Read();
            return problems.Count == before ? node : null;
        }
        catch (JsonException e)
        {
            problems.Add(origin, (int)(e.LineNumber ?? 0) + 1, "", $"This is not JSON: {Sentence(e.Message)}");
        }
        catch (InvalidOperationException)
        {
            problems.Add(origin, new Lines(origin, text).Of(reader.TokenStartIndex), "", "A text in this line is not valid UTF-8 or holds half a surrogate pair; save the file as UTF-8.");
        }

        return null;
    }

    private sealed class Tree(Lines lines, StringComparer names, Problems problems)
    {
        public SourceNode Read(ref Utf8JsonReader reader, string pointer)
        {
            var line = lines.Of(reader.TokenStartIndex);
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    return new() { Kind = NodeKind.Object, Origin = lines.Origin, Line = line, Pointer = pointer, Members = ReadMembers(ref reader, pointer) };
                case JsonTokenType.StartArray:
                    var items = new List<SourceNode>();
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        items.Add(Read(ref reader, SourceNode.Step(pointer, items.Count.ToString(CultureInfo.InvariantCulture))));
                    }

                    return new() { Kind = NodeKind.List, Origin = lines.Origin, Line = line, Pointer = pointer, Items = items };
                default:
                    var kind = reader.TokenType switch
                    {
                        JsonTokenType.String => NodeKind.Text,
                        JsonTokenType.Number => NodeKind.Number,
                        JsonTokenType.True or JsonTokenType.False => NodeKind.Boolean,
                        _ => NodeKind.Null,
                    };
                    var text = kind == NodeKind.Text ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
                    return new() { Kind = kind, Origin = lines.Origin, Line = line, Pointer = pointer, Text = text };
            }
        }

        private List<SourceMember> ReadMembers(ref Utf8JsonReader reader, string pointer)
        {
            var members = new List<SourceMember>();
            var seen = new HashSet<string>(names);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString()!;
                reader.Read();
                var value = Read(ref reader, SourceNode.Step(pointer, name));
                if (!seen.Add(name))
                {
                    problems.Add(value, $"\"{name}\" stands here a second time; keep one of them.");
                }

                members.Add(new(name, value));
            }

            return members;
        }
    }

    // The reader repeats line and column at the end of its message; the problem says the line already.
    private static string Sentence(string message)
    {
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }

    private sealed class Lines(string origin, ReadOnlySpan<byte> text)
    {
        private readonly int[] ends = Ends(text);

        public string Origin => origin;

        public int Of(long offset)
        {
            var index = Array.BinarySearch(ends, (int)offset);
            return (index < 0 ? ~index : index) + 1;
        }

        private static int[] Ends(ReadOnlySpan<byte> text)
        {
            var found = new List<int>();
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] == (byte)'\n')
                {
                    found.Add(i);
                }
            }

            return [.. found];
        }
    }
}
