using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Zaguan.Login;

namespace Zaguan.Contracts.Requests;

/// <summary>Pairs as HTML forms write them (application/x-www-form-urlencoded, WHATWG URL §5.1), in a body or a query: user[email]=… is user.email.</summary>
internal static partial class FormBody
{
    /// <summary>False: a name or a value is no UTF-8.</summary>
    /// <param name="isEmpty">There is no pair in it.</param>
    public static bool TryRead(ReadOnlySpan<byte> body, PathNode tree, FieldSlots slots, out bool isEmpty)
    {
        isEmpty = true;
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, body.Length));
        try
        {
            foreach (var range in body.Split((byte)'&'))
            {
                var pair = body[range];
                if (pair.IsEmpty)
                {
                    continue;
                }

                isEmpty = false;
                var equals = pair.IndexOf((byte)'=');
                var name = Decode(equals < 0 ? pair : pair[..equals], buffer);
                if (!Utf8.IsValid(name))
                {
                    return false;
                }

                var path = Encoding.UTF8.GetString(name);
                var value = Decode(equals < 0 ? default : pair[(equals + 1)..], buffer);
                if (!Utf8.IsValid(value))
                {
                    return false;
                }

                Take(path, value, tree, slots);
            }
        }
        finally
        {
            // A password was in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }

        return true;
    }

    /// <summary>A pair, decoded.</summary>
    public static void Take(string name, ReadOnlySpan<byte> value, PathNode tree, FieldSlots slots)
    {
        if (!PlainName().IsMatch(name))
        {
            // PHP takes "user.name", "user name" and "user[name" for "user_name".
            slots.NoteAmbiguity();
        }

        var steps = name.Replace("]", "", StringComparison.Ordinal).Split('[', '.');
        var node = steps.Aggregate((PathNode?)tree, (at, step) => at?.Child(step));
        if (node?.Field is not { } field)
        {
            slots.NoteUnknown(string.Join('.', steps));
        }
        else if (slots.Takes(node, FieldState.Text))
        {
            if (field.Role == FieldRole.Password)
            {
                slots.Set(field, node.Rank, FieldState.Text, secret: new Secret(value));
            }
            else
            {
                slots.Set(field, node.Rank, FieldState.Text, Encoding.UTF8.GetString(value));
            }
        }
    }

    private static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> written, byte[] buffer)
    {
        var length = 0;
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] == (byte)'%' && i + 2 < written.Length && char.IsAsciiHexDigit((char)written[i + 1]) && char.IsAsciiHexDigit((char)written[i + 2]))
            {
                buffer[length++] = (byte)((Digit(written[i + 1]) << 4) | Digit(written[i + 2]));
                i += 2;
            }
            else
            {
                buffer[length++] = written[i] == (byte)'+' ? (byte)' ' : written[i];
            }
        }

        return buffer.AsSpan(0, length);
    }

    private static int Digit(byte hex) => hex <= (byte)'9' ? hex - '0' : (hex | 0x20) - 'a' + 10;

    [GeneratedRegex(@"^[A-Za-z0-9_:$-]+(\[[A-Za-z0-9_:$-]*\])*\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PlainName();
}
