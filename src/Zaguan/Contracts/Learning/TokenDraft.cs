using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Zaguan.Contracts.Learning;

/// <summary>Tokens that granted answers brought → what a contract says of its token.</summary>
internal sealed class TokenDraft(Notes notes)
{
    /// <summary>RFC 7519 §4.1: what Zaguan puts in by itself.</summary>
    private static readonly string[] OwnClaims = ["iat", "exp", "jti"];

    private static readonly string[] Known = ["HS256", "HS384", "HS512", "RS256", "ES256"];

    private static readonly TimeSpan WhenUnknown = TimeSpan.FromHours(8);

    /// <summary>As many as contracts ask for.</summary>
    private const int FewestBits = 128;

    /// <summary>A part of a token that is shorter is no chance.</summary>
    private const int ShortestChance = 4;

    /// <param name="facts">Of each granted answer.</param>
    /// <returns>Null: there is no token.</returns>
    public JsonObject? Draft(GrantedFacts found, IReadOnlyList<Facts> facts)
    {
        if (found.Tokens[0] is null)
        {
            return null;
        }

        return found.Tokens.Select(t => ReadToken.Of(t!)).ToList() is var read && read.TrueForAll(t => t is not null) ? OfSigned([.. read.OfType<ReadToken>()], found, facts) : OfOpaque(found);
    }

    /// <summary>Of a token that was not shown.</summary>
    /// <param name="isCookie">Nothing but a cookie or a header holds it.</param>
    public JsonObject OfUnseen(bool hasRefresh, bool isCookie)
    {
        if (isCookie && !hasRefresh)
        {
            notes.Add($"What the token is made of no example shows: the file has a text of 40 letters and digits, good for {InWords(WhenUnknown)}.");
            return new JsonObject { ["algorithm"] = "opaque", ["text"] = "{random.letters40}", ["lifetime"] = $"{{config.TOKEN_LIFETIME|default:{InWords(WhenUnknown)}}}" };
        }

        notes.Add("What the token is made of no example shows: the file has one signed with HS256 that says the user's id. Write what the old one says.");
        var token = new JsonObject
        {
            ["algorithm"] = "HS256",
            ["secret"] = "{config.JWT_SECRET}",
            ["lifetime"] = $"{{config.JWT_EXPIRES|default:{InWords(WhenUnknown)}}}",
            ["claims"] = hasRefresh ? new JsonObject { ["token_type"] = "access", ["sub"] = "{user.id}" } : new JsonObject { ["sub"] = "{user.id}" },
        };
        if (hasRefresh)
        {
            token["refresh"] = new JsonObject { ["lifetime"] = "{config.JWT_REFRESH_EXPIRES|default:7d}", ["claims"] = new JsonObject { ["token_type"] = "refresh", ["sub"] = "{user.id}" } };
        }

        return token;
    }

    private JsonObject OfSigned(List<ReadToken> tokens, GrantedFacts found, IReadOnlyList<Facts> facts)
    {
        var algorithm = tokens[0].Algorithm;
        if (!Known.Contains(algorithm, StringComparer.Ordinal))
        {
            notes.Add($"The token is signed with \"{algorithm}\", which a contract cannot say; the file says HS256. Whoever validates tokens has to be told.");
            algorithm = "HS256";
        }

        var token = new JsonObject { ["algorithm"] = algorithm };
        if (algorithm is "ES256")
        {
            notes.Add("The token is signed with ES256: Zaguan signs with a key of its own, and whoever validates tokens has to take that one.");
        }
        else
        {
            token["secret"] = algorithm is "RS256" ? "{config.JWT_PRIVATE_KEY}" : "{config.JWT_SECRET}";
        }

        token["lifetime"] = Lifetime("JWT_EXPIRES", found.Lifetime, "token");
        token["claims"] = Claims(tokens, facts, "token");
        if (found.RefreshTokens.Select(t => t is null ? null : ReadToken.Of(t)).ToList() is var refresh && refresh.TrueForAll(t => t is not null))
        {
            token["refresh"] = new JsonObject { ["lifetime"] = Lifetime("JWT_REFRESH_EXPIRES", refresh[0]!.LifetimeAt(facts[0].At), "refresh token"), ["claims"] = Claims([.. refresh.OfType<ReadToken>()], facts, "refresh token") };
        }

        return token;
    }

    private JsonObject Claims(List<ReadToken> tokens, IReadOnlyList<Facts> facts, string what)
    {
        var templates = new TemplateDraft(notes);
        var claims = new JsonObject();
        foreach (var name in tokens[0].Claims.EnumerateObject().Select(c => c.Name).Where(n => !OwnClaims.Contains(n, StringComparer.Ordinal)))
        {
            var samples = tokens.Zip(facts).Where(t => t.First.Claims.TryGetProperty(name, out _))
                .Select(t => new Sample(t.First.Claims.GetProperty(name), t.Second with { MayBeMade = false, ExpiresAt = null, Lifetime = null, Echoes = [] })).ToList();
            if (samples.Count == tokens.Count && templates.TryDraft(samples, $"the claim {name} of the {what}", name, out var claim))
            {
                // Whoever validates asks for these two: they are the same in all tokens.
                claims[name] = name is "iss" or "aud" && samples[0].Value.ValueKind == JsonValueKind.String ? Candidates.Doubled(samples[0].Value.GetString()!) : claim;
            }
            else
            {
                notes.Add($"The claim {name} of the {what} is another in every one, and nothing that is known: the file leaves it out.");
            }
        }

        return claims;
    }

    private JsonObject OfOpaque(GrantedFacts found)
    {
        if (found.Lifetime is null)
        {
            notes.Add($"For how long the token is good nothing in the answer says: the file says {InWords(WhenUnknown)}.");
        }

        return new JsonObject { ["algorithm"] = "opaque", ["text"] = Shape(found), ["lifetime"] = Lifetime("TOKEN_LIFETIME", found.Lifetime ?? WhenUnknown, "token") };
    }

    /// <summary>Piece by piece, where all tokens have the same pieces; else as many letters and digits.</summary>
    private string Shape(GrantedFacts found)
    {
        var texts = found.Tokens.OfType<string>().ToList();
        var pieces = texts.Select(Pieces).ToList();
        var isOne = pieces.TrueForAll(p => p.Count == pieces[0].Count && p.Zip(pieces[0]).All(z => z.First.Length == z.Second.Length || (IsNumber(z.First) && IsNumber(z.Second))));
        var built = new StringBuilder();
        foreach (var i in isOne ? Enumerable.Range(0, pieces[0].Count) : [])
        {
            var here = pieces.Select(p => p[i]).ToList();
            built.Append(
                here.TrueForAll(h => string.Equals(h, here[0], StringComparison.Ordinal)) && (texts.Count > 1 || here[0].Length < ShortestChance) ? Candidates.Doubled(here[0])
                : here.Zip(found.AccessIds).All(h => string.Equals(h.First, h.Second?.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)) ? "{access.id}"
                : string.Create(CultureInfo.InvariantCulture, $"{{random.{(here.TrueForAll(h => h.All(char.IsAsciiHexDigitLower)) ? "hex" : "letters")}{Math.Min(128, here[0].Length)}}}"));
        }

        var shape = built.ToString();
        if (isOne && Bits(shape) >= FewestBits)
        {
            return shape;
        }

        var length = Math.Clamp(texts[0].Length, 22, 128);
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"What the token is made of could not be told from {texts.Count} of them: the file says {length} letters and digits."));
        return string.Create(CultureInfo.InvariantCulture, $"{{random.letters{length}}}");
    }

    /// <summary>Of chance; none where two pieces would be the same chance.</summary>
    private static double Bits(string shape)
    {
        var names = shape.Split('{').Select(p => p.Split('}')[0]).Where(p => p.StartsWith(Vocabulary.RandomPrefix, StringComparison.Ordinal)).ToList();
        return names.Distinct(StringComparer.Ordinal).Count() < names.Count ? 0 : names.Sum(n => Answers.Generated.Bits(n[Vocabulary.RandomPrefix.Length..]));
    }

    /// <summary>Runs of letters and digits, and what stands between them.</summary>
    private static List<string> Pieces(string text)
    {
        var pieces = new List<string>();
        foreach (var letter in text)
        {
            if (pieces.Count > 0 && char.IsAsciiLetterOrDigit(letter) && char.IsAsciiLetterOrDigit(pieces[^1][^1]))
            {
                pieces[^1] += letter;
            }
            else
            {
                pieces.Add(letter.ToString());
            }
        }

        return pieces;
    }

    private static bool IsNumber(string text) => text.All(char.IsAsciiDigit);

    private string Lifetime(string setting, TimeSpan? lifetime, string what)
    {
        if (lifetime is null)
        {
            notes.Add($"The {what} does not say when it ends: the file says {InWords(WhenUnknown)}.");
        }

        return $"{{config.{setting}|default:{InWords(lifetime ?? WhenUnknown)}}}";
    }

    /// <summary>"8h": the largest unit of which it is a whole number.</summary>
    private static string InWords(TimeSpan time)
    {
        var seconds = Math.Max(1, (long)time.TotalSeconds);
        foreach (var (unit, length) in new[] { ("d", 86_400L), ("h", 3_600L), ("m", 60L) })
        {
            if (seconds % length == 0)
            {
                return (seconds / length).ToString(CultureInfo.InvariantCulture) + unit;
            }
        }

        return seconds.ToString(CultureInfo.InvariantCulture) + "s";
    }
}
