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

    private delegate void Taker(ReadOnlySpan<byte> user, ReadOnlySpan<byte> password);

    public static bool AreIn(StringValues authorization) => authorization.Count == 1 && authorization[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Identifier and password. False: they are no base64, no UTF-8, or lack their colon.</summary>
    public static bool TryRead(StringValues authorization, RequestRules rules, FieldSlots slots) => TrySplit(authorization[0]!, (user, password) =>
    {
        if (slots[rules.Identifier].State != FieldState.Absent || slots[rules.Password].State != FieldState.Absent)
        {
            slots.NoteAmbiguity();
        }

        slots.Set(rules.Identifier, 0, FieldState.Text, Encoding.UTF8.GetString(user));
        slots.Set(rules.Password, 0, FieldState.Text, secret: new Secret(password));
    });

    /// <summary>Credentials of the client that stand beside those of who logs in; what <see cref="TryRead"/> could not read is none.</summary>
    public static void ReadBeside(StringValues authorization, RequestRules rules, FieldSlots slots) => TrySplit(authorization[0]!, (user, password) =>
    {
        foreach (var field in rules.Fields)
        {
            foreach (var (rank, place) in field.Places.Index().Where(p => p.Item.Kind == PlaceKind.Basic))
            {
                if (slots.Takes(field, rank, FieldState.Text))
                {
                    slots.Set(field, rank, FieldState.Text, Encoding.UTF8.GetString(place.IsSecret ? password : user));
                }
            }
        }
    });

    /// <summary>In reverse: the header's value.</summary>
    public static string Write(string user, string password) => Scheme + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private static bool TrySplit(string authorization, Taker take)
    {
        var written = authorization.AsSpan(Scheme.Length).Trim();
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(written.Length)];
        try
        {
            if (!Convert.TryFromBase64Chars(written, bytes, out var length) || !Utf8.IsValid(bytes.AsSpan(0, length)) || bytes.AsSpan(0, length).IndexOf((byte)':') is not (>= 0 and var colon))
            {
                return false;
            }

            take(bytes.AsSpan(0, colon), bytes.AsSpan((colon + 1)..length));
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
