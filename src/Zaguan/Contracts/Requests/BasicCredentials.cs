using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Primitives;
using Zaguan.Login;

namespace Zaguan.Contracts.Requests;

/// <summary>Authorization: Basic (RFC 7617), in UTF-8.</summary>
internal static class BasicCredentials
{
    private const string Scheme = "Basic ";

    public static bool AreIn(StringValues authorization) => authorization.Count == 1 && authorization[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>False: they are no base64, no UTF-8, or lack their colon.</summary>
    public static bool TryRead(StringValues authorization, RequestRules rules, FieldSlots slots)
    {
        var written = authorization[0].AsSpan(Scheme.Length).Trim();
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(written.Length)];
        try
        {
            if (!Convert.TryFromBase64Chars(written, bytes, out var length) || !Utf8.IsValid(bytes.AsSpan(0, length)) || bytes.AsSpan(0, length).IndexOf((byte)':') is not (>= 0 and var colon))
            {
                return false;
            }

            if (slots[rules.Identifier].State != FieldState.Absent || slots[rules.Password].State != FieldState.Absent)
            {
                slots.NoteAmbiguity();
            }

            slots.Set(rules.Identifier, 0, FieldState.Text, Encoding.UTF8.GetString(bytes, 0, colon));
            slots.Set(rules.Password, 0, FieldState.Text, secret: new Secret(bytes.AsSpan((colon + 1)..length)));
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
