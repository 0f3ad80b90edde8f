using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Zaguan.Login;

namespace Zaguan.Contracts.Requests;

/// <summary>A body in JSON: the members of its object, and of the objects in it that the contract names.</summary>
internal static class JsonBody
{
    /// <summary>What lies deeper than this is not a login.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    /// <summary>False: it is no JSON, or no object.</summary>
    /// <param name="isEmpty">There is no body, or an object without members.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, PathNode tree, FieldSlots slots, out bool isEmpty)
    {
        isEmpty = body.IsEmpty;
        if (body.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        try
        {
            // The reader does not look into texts that it skips, and the old stacks refused such a body whole.
            return Utf8.IsValid(body) && TryReadObject(body, tree, slots, ref isEmpty);
        }
        catch (JsonException)
        {
            // Not JSON: what the client sent, not a fault.
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, escaped (\ud800): no text.
        }

        return false;
    }

    private static bool TryReadObject(ReadOnlySpan<byte> body, PathNode tree, FieldSlots slots, ref bool isEmpty)
    {
        var reader = new Utf8JsonReader(body, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        isEmpty = ReadMembers(ref reader, tree, slots, "") == 0;
        // Whatever follows the object makes the reader throw.
        return !reader.Read();
    }

    private static int ReadMembers(ref Utf8JsonReader reader, PathNode tree, FieldSlots slots, string path)
    {
        var members = 0;
        HashSet<PathNode>? objects = null;
        for (; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; members++)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (tree.Child(name) is not { } node)
            {
                if (slots.IsStrict)
                {
                    slots.NoteUnknown(path + name);
                }
            }
            else if (node.Field is { } field)
            {
                Take(reader, field, node.Rank, slots);
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                if (!(objects ??= []).Add(node))
                {
                    // Its members are merged here; elsewhere the last object replaces the first.
                    slots.NoteAmbiguity();
                }

                ReadMembers(ref reader, node, slots, slots.IsStrict ? $"{path}{name}." : "");
                continue;
            }

            reader.Skip();
        }

        return members;
    }

    private static void Take(in Utf8JsonReader reader, FieldRule field, int rank, FieldSlots slots)
    {
        var state = reader.TokenType switch
        {
            JsonTokenType.Null => FieldState.Null,
            JsonTokenType.String => FieldState.Text,
            JsonTokenType.Number => FieldState.Number,
            JsonTokenType.True => FieldState.True,
            JsonTokenType.False => FieldState.False,
            _ => FieldState.Other,
        };
        if (!slots.Takes(field, rank, state))
        {
            return;
        }

        if (field.Role == FieldRole.Password)
        {
            slots.Set(field, rank, state, secret: state == FieldState.Text ? ReadSecret(reader) : null);
        }
        else
        {
            slots.Set(field, rank, state, state switch
            {
                FieldState.Text => reader.GetString(),
                FieldState.Number => Encoding.UTF8.GetString(reader.ValueSpan),
                _ => null,
            });
        }
    }

    private static Secret ReadSecret(in Utf8JsonReader reader)
    {
        var unescaped = new byte[reader.ValueSpan.Length];
        try
        {
            return new Secret(unescaped.AsSpan(0, reader.CopyString(unescaped)));
        }
        finally
        {
            Array.Clear(unescaped);
        }
    }
}
