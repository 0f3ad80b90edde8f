using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Zaguan.Contracts.Requests;
using Zaguan.Users;

namespace Zaguan.Contracts.Answers;

/// <summary>What is known when an answer (or a token's claims) is rendered. What is not known is null.</summary>
internal sealed record AnswerValues
{
    public static readonly AnswerValues Nothing = new();

    private JsonElement? attributes;

    public User? User { get; init; }

    public string? Token { get; set; }

    public string? RefreshToken { get; set; }

    /// <summary>When the token, or the session, is good no more.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When the refresh token is good no more; null: there is none.</summary>
    public DateTimeOffset? RefreshExpiresAt { get; set; }

    public string? SessionId { get; set; }

    /// <summary>The access record of this attempt.</summary>
    public long? AccessId { get; init; }

    /// <summary>The fields that break a rule, in the contract's order.</summary>
    public IReadOnlyList<InvalidField> Invalid { get; init; } = [];

    /// <summary>How many guesses the account has left from this address.</summary>
    public long? AttemptsLeft { get; init; }

    /// <summary>For how many seconds every guess is refused.</summary>
    public long? RetryAfter { get; init; }

    /// <summary>When that is over. The attempt may have waited before it was refused.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The element of a list that $each has reached.</summary>
    public Item? Item { get; init; }

    public DateTimeOffset Now { get; init; }

    /// <summary>The application's settings that its contract names.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>What the request said that the contract may say back; never a password.</summary>
    public RequestEcho? Request { get; init; }

    /// <summary>What is made anew for each answer; null: the contract names nothing of it.</summary>
    public Generated? Generated { get; init; }

    public Value Attribute(string name)
    {
        var found = AttributeJson(name);
        return found is { } value ? Value.Of(value) : Value.Null;
    }

    public JsonElement? AttributeJson(string name)
    {
        if (User?.Attributes is not { } stored)
        {
            return null;
        }

        attributes ??= JsonElement.Parse(stored);
        return Steps.Find(attributes.Value, name);
    }
}

/// <summary>What a request said.</summary>
/// <param name="Fields">By the index of the contract's field.</param>
/// <param name="Origin">Scheme and host that it was sent to; null: the contract does not name them.</param>
internal sealed record RequestEcho(string? Identifier, IReadOnlyList<Value>? Fields, string? Origin = null, string? Address = null);

/// <summary>An element of a list: of fields that break a rule, of the user's roles, or of one of the user's attributes.</summary>
internal sealed record Item
{
    public InvalidField? Invalid { get; init; }

    public User? OfRole { get; init; }

    public JsonElement Json { get; init; }

    public Value Read(string name) => this switch
    {
        { Invalid: { } field } => name switch
        {
            "field" => Value.Of(field.Field),
            "name" => Value.Of(field.Name),
            "rule" => Value.Of(Reading.RecordReader.SpellingOf(field.Rule)),
            "value" => field.Value,
            _ => Value.Null,
        },
        { OfRole: { } user } => name switch
        {
            "name" => Value.Of(user.RoleName),
            "number" => Value.Of(user.RoleNumber),
            _ => Value.Null,
        },
        _ when name.Length == 0 => Value.Of(Json),
        _ => Steps.Find(Json, name) is { } member ? Value.Of(member) : Value.Null,
    };
}

/// <summary>What is made of chance for one answer, and is the same wherever it stands in it.</summary>
internal sealed class Generated
{
    /// <summary>Bits of one of the 62 letters and digits, rounded down.</summary>
    private const double BitsOfLetter = 5.9;

    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Dictionary<string, string> made = new(StringComparer.Ordinal);

    /// <summary>What is called so; null: nothing is.</summary>
    public static Func<string>? Maker(string name)
    {
        if (name is "uuid")
        {
            return Uuid;
        }

        if (name is "traceparent")
        {
            // W3C Trace Context §3.2: version, trace, parent, flags.
            return () => $"00-{Hex(32)}-{Hex(16)}-00";
        }

        return SizeOf(name) switch
        {
            ("hex", var length) => () => Hex(length),
            ("letters", var length) => () => RandomNumberGenerator.GetString(Alphanumeric, length),
            _ => null,
        };
    }

    /// <summary>How many bits of chance are in it.</summary>
    public static double Bits(string name) => SizeOf(name) switch
    {
        ("hex", var length) => 4 * length,
        ("letters", var length) => BitsOfLetter * length,
        _ => name is "uuid" ? 122 : 0,
    };

    /// <param name="name">In full: what an answer says of chance (generated.hex32) is nothing of the token's (random.hex32).</param>
    public string Get(string name, Func<string> make)
    {
        if (!made.TryGetValue(name, out var text))
        {
            made[name] = text = make();
        }

        return text;
    }

    /// <summary>Version 4 (RFC 9562 §5.4). Not the system's own, which promises that no two are alike and not that nobody foretells one: this may be a token.</summary>
    private static string Uuid()
    {
        var bytes = RandomNumberGenerator.GetBytes(16);
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0f) | 0x40), (byte)((bytes[8] & 0x3f) | 0x80));
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static string Hex(int length) => RandomNumberGenerator.GetHexString(length, lowercase: true);

    /// <summary>"hex32" → hex, 32.</summary>
    private static (string Kind, int Length) SizeOf(string name)
    {
        var kind = name.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
        return int.TryParse(name.AsSpan(kind.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length is >= 1 and <= 128 && name[kind.Length] != '0' ? (kind, length) : ("", 0);
    }
}
