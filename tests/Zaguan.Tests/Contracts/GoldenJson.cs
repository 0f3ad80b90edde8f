using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Zaguan.Tests.Contracts;

/// <summary>Compares JSON as old clients read it: names in their order, types and values, nothing more and nothing less.</summary>
internal static class GoldenJson
{
    /// <param name="placeholders">What may stand where the expected JSON has a text in angle brackets.</param>
    public static void ShouldBe(JsonElement actual, string expected, IReadOnlyDictionary<string, Func<JsonElement, bool>> placeholders)
    {
        using var document = JsonDocument.Parse(expected);
        Compare(actual, document.RootElement, "", placeholders);
    }

    /// <summary>The claims of a token whose signature was checked with HMAC-SHA-256, by none of the product's code.</summary>
    public static JsonElement ClaimsOf(string token, string secret, string type = "JWT")
    {
        var parts = token.Split('.');
        parts.Length.ShouldBe(3);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        Convert.ToBase64String(signature).TrimEnd('=').Replace('+', '-').Replace('/', '_').ShouldBe(parts[2], "the signature");
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])).ShouldBe($$"""{"alg":"HS256","typ":"{{type}}"}""");
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
        return claims.RootElement.Clone();
    }

    private static void Compare(JsonElement actual, JsonElement expected, string place, IReadOnlyDictionary<string, Func<JsonElement, bool>> placeholders)
    {
        if (expected.ValueKind == JsonValueKind.String && placeholders.TryGetValue(expected.GetString()!, out var isRight))
        {
            isRight(actual).ShouldBeTrue($"{place}: {actual.GetRawText()} is no {expected.GetString()}");
            return;
        }

        actual.ValueKind.ShouldBe(expected.ValueKind, place);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                actual.EnumerateObject().Select(m => m.Name).ShouldBe(expected.EnumerateObject().Select(m => m.Name), $"the names in {place}/ and their order");
                foreach (var (a, e) in actual.EnumerateObject().Zip(expected.EnumerateObject()))
                {
                    Compare(a.Value, e.Value, $"{place}/{e.Name}", placeholders);
                }

                break;
            case JsonValueKind.Array:
                actual.GetArrayLength().ShouldBe(expected.GetArrayLength(), place);
                foreach (var (i, (a, e)) in actual.EnumerateArray().Zip(expected.EnumerateArray()).Index())
                {
                    Compare(a, e, $"{place}/{i}", placeholders);
                }

                break;
            case JsonValueKind.String:
                actual.GetString().ShouldBe(expected.GetString(), place);
                break;
            case JsonValueKind.Undefined or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null:
                actual.GetRawText().ShouldBe(expected.GetRawText(), place);
                break;
            default:
                throw new NotSupportedException(expected.ValueKind.ToString());
        }
    }
}
