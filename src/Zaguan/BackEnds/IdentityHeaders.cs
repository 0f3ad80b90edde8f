using System.Globalization;
using System.Text;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Templates;
using Zaguan.Users;

namespace Zaguan.BackEnds;

/// <summary>
/// The headers that tell a back-end who asks. Every one of them stands in every answer that lets a request pass, empty where there is
/// nothing to tell: so a proxy that copies them leaves none of what the client sent under these names.
/// </summary>
/// <param name="configured">Those that the application's configuration adds.</param>
internal sealed class IdentityHeaders(IReadOnlyList<(string Name, TextTemplate Value)> configured)
{
    /// <summary>Of a value as it is sent. nginx reads the whole head of an answer into 4 KiB unless it is told otherwise.</summary>
    private const int Longest = 1_024;

    public static readonly IReadOnlyList<string> Own =
        ["X-Zaguan-User", "X-Zaguan-User-Number", "X-Zaguan-User-Id", "X-Zaguan-Role", "X-Zaguan-Role-Number", "X-Zaguan-Session"];

    /// <param name="session">Null: a token of the old system.</param>
    public IEnumerable<(string Name, string Value)> Of(User user, string? session)
    {
        var values = new AnswerValues { User = user };
        string?[] own = [user.Username, Text(user.Number), user.Id, user.RoleName, Text(user.RoleNumber), session];
        return Own.Zip(own, (name, value) => (name, Encode(value ?? "")))
            .Concat(configured.Select(c => (c.Name, Encode(c.Value.Render(values)))));
    }

    /// <summary>
    /// Printable ASCII as it is; % and everything else percent-encoded as UTF-8 (RFC 3986 §2.1), blanks at an end too, which would get lost.
    /// Two values never look the same. Nothing where it would be too long: half a name may be another's.
    /// </summary>
    public static string Encode(string text)
    {
        var encoded = new StringBuilder(text.Length);
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < bytes.Length && encoded.Length <= Longest; i++)
        {
            var value = bytes[i];
            if (value is > (byte)' ' and < 0x7F and not (byte)'%' || (value == (byte)' ' && i > 0 && i < bytes.Length - 1))
            {
                encoded.Append((char)value);
            }
            else
            {
                encoded.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
            }
        }

        return encoded.Length <= Longest ? encoded.ToString() : "";
    }

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
