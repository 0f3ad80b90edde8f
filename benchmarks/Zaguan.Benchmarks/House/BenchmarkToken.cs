using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Benchmarks.House;

/// <summary>Tokens as Romsoft's contract issues them.</summary>
internal static class BenchmarkToken
{
    public const string Secret = "una llave solo para medir, de 32 letras o más: 3f9a";

    public static string Of(string name) => Sign("""{"alg":"HS256","typ":"JWT"}""", name, signed => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed));

    public static string Of(string name, ECDsa key, string kid) =>
        Sign($$"""{"alg":"ES256","typ":"JWT","kid":"{{kid}}"}""", name, signed => key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));

    private static string Sign(string header, string name, Func<byte[], byte[]> sign)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = string.Create(CultureInfo.InvariantCulture,
            $$"""{"unique_name":"{{name}}","nbf":{{now}},"iss":"{{GuardedBackEnd.Origin}}","aud":"{{GuardedBackEnd.Origin}}","iat":{{now}},"exp":{{now + 86_400}},"jti":"{{Guid.NewGuid()}}"}""");
        var signed = $"{Encode(header)}.{Encode(claims)}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
