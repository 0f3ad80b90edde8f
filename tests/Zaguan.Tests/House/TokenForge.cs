using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Tests.House;

/// <summary>Tokens as anybody could write them, right and wrong.</summary>
internal static class TokenForge
{
    public const string Secret = "una llave de 32 letras o de más, solo para pruebas";
    public const string Header = """{"alg":"HS256","typ":"JWT"}""";

    public static byte[] SecretBytes => Encoding.UTF8.GetBytes(Secret);

    /// <summary>Signed with HMAC-SHA-256, whatever its header says.</summary>
    public static string Sign(string claims, string header = Header, string secret = Secret) => SignParts(Encode(header), Encode(claims), secret);

    /// <summary>The same of parts that are encoded already, or only look like it.</summary>
    public static string SignParts(string header, string claims, string secret = Secret) =>
        $"{header}.{claims}.{Encode(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{header}.{claims}")))}";

    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
