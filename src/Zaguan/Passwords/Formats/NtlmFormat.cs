using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/// <summary>
/// Windows' NT hash, NTLM's ([MS-NLMP] §3.3.1, NTOWFv1): MD4 of the password in UTF-16, without salt. As crypt(5) writes it (<c>$3$$</c>), as John the Ripper
/// does (<c>$NT$</c>), and, declared, bare.
/// </summary>
internal static class NtlmFormat
{
    private const string Source = "[MS-NLMP] §3.3.1, RFC 1320, crypt(5)";

    private static readonly string[] Marks = ["$NT$", "$3$$"];

    public static IEnumerable<HashFormat> Rows => [new("nt-hash", Source, text => Marks.FirstOrDefault(m => text.StartsWith(m, StringComparison.Ordinal)) is { } mark ? Read(mark, text) : null)];

    public static IEnumerable<HashFormat> DeclaredRows => [new("ntlm", Source, text => Read("", text)) { IsDeclared = true }];

    private static HashReading Read(string mark, string text) => Encoded.Hex(text[mark.Length..]).OfLength(HashAlgorithmName.MD5) is { } digest
        ? HashReading.Of(Digests.Fast("ntlm", digest, password => Encoded.AsUtf16(password, Md4.HashData), text.ZeroedFrom(mark.Length)))
        : HashReading.Refused($"This NTLM hash cannot be read, or it is cut off: it is {2 * Md4.DigestLength} hexadecimal digits.");
}
