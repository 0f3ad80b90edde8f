using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;

namespace Zaguan.Contracts;

/// <summary>Where in a contract a name may stand.</summary>
[Flags]
internal enum Scope
{
    None = 0,

    /// <summary>The granted answer.</summary>
    Granted = 1,

    /// <summary>The answers malformed and invalid.</summary>
    Invalid = 2,

    /// <summary>The answers refused, unknownUser and wrongPassword.</summary>
    Refused = 4,

    /// <summary>The claims of the token.</summary>
    Claims = 8,

    /// <summary>The token's secret and lifetime: settings and nothing else.</summary>
    Settings = 16,

    /// <summary>Within the item of a $each.</summary>
    Item = 32,

    /// <summary>The headers that tell a back-end who asks (forward-auth).</summary>
    IdentityHeaders = 64,

    /// <summary>The answer inactive.</summary>
    Inactive = 128,

    /// <summary>The answers locked and throttled.</summary>
    Waiting = 256,

    /// <summary>The answers failed, busy and unavailable.</summary>
    Failed = 512,

    /// <summary>The answer wrongMethod, to a request that nobody read.</summary>
    WrongMethod = 1024,

    /// <summary>The text of an opaque token.</summary>
    Opaque = 2048,

    /// <summary>The conditions of a lifetime.</summary>
    Lifetime = 4096,
}

/// <summary>A name that placeholders can use.</summary>
/// <param name="Kind">What its value is where it is not null; null: only the answer tells.</param>
internal sealed record Word(Scope Scope, ValueKind? Kind, Func<AnswerValues, Value> Read);

/// <summary>A list that $each can go through.</summary>
/// <param name="ItemNames">What {item.NAME} may be; null: whatever was stored.</param>
internal sealed record WordList(Scope Scope, IReadOnlyDictionary<string, ValueKind?>? ItemNames, Func<AnswerValues, IEnumerable<Item>> Read);

/// <summary>The names that placeholders can use: a fixed table. No name reaches a password, a hash or a secret.</summary>
internal static partial class Vocabulary
{
    public const string Token = "token";
    public const string RefreshToken = "refreshToken";
    public const string RefreshExpiresAt = "refreshToken.expiresAt";
    public const string RefreshExpiresIn = "refreshToken.expiresIn";
    public const string AttributePrefix = "user.attributes.";
    public const string SettingPrefix = "config.";
    public const string RequestPrefix = "request.";
    public const string GeneratedPrefix = "generated.";
    public const string RandomPrefix = "random.";
    public const string ItemName = "item";
    public const string AttemptsLeft = "attempts.left";
    public const string Origin = "request.origin";
    public const string Address = "request.address";

    private const Scope OfAttempts = Scope.Granted | Scope.Claims | Scope.Opaque;
    private const Scope OfUsers = OfAttempts | Scope.Inactive | Scope.IdentityHeaders;
    private const Scope OfRequests = Scope.Granted | Scope.Invalid | Scope.Refused | Scope.Inactive | Scope.Waiting | Scope.Failed;
    private const Scope Anywhere = OfRequests | Scope.WrongMethod | Scope.Claims;
    private const Scope OfTokens = Scope.Granted;

    /// <summary>Names of fields that a strict contract does not know are the client's words.</summary>
    private static readonly JsonSerializerOptions WithoutMarkup = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private static readonly Dictionary<string, Word> Names = new(StringComparer.Ordinal)
    {
        ["user.id"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.Id)),
        ["user.number"] = new(OfUsers, ValueKind.Number, v => Value.Of(v.User?.Number)),
        ["user.username"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.Username)),
        ["user.email"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.Email)),
        ["user.phone"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.Phone)),
        ["user.givenName"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.GivenName)),
        ["user.familyName"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.FamilyName)),
        ["user.fullName"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.FullName)),
        ["user.active"] = new(OfUsers, ValueKind.Boolean, v => v.User is { } user ? Value.Of(user.Active) : Value.Null),
        ["role.number"] = new(OfUsers, ValueKind.Number, v => Value.Of(v.User?.RoleNumber)),
        ["role.name"] = new(OfUsers, ValueKind.Text, v => Value.Of(v.User?.RoleName)),
        [Token] = new(OfTokens, ValueKind.Text, v => Value.Of(v.Token)),
        [RefreshToken] = new(OfTokens, ValueKind.Text, v => Value.Of(v.RefreshToken)),
        ["token.expiresAt"] = new(OfTokens, ValueKind.Instant, v => v.ExpiresAt is { } at ? Value.Of(at) : Value.Null),
        ["token.expiresIn"] = new(OfTokens, ValueKind.Number, v => v.ExpiresAt is { } at ? Value.Of((long)(at - v.Now).TotalSeconds) : Value.Null),
        [RefreshExpiresAt] = new(OfTokens, ValueKind.Instant, v => v.RefreshExpiresAt is { } at ? Value.Of(at) : Value.Null),
        [RefreshExpiresIn] = new(OfTokens, ValueKind.Number, v => v.RefreshExpiresAt is { } at ? Value.Of((long)(at - v.Now).TotalSeconds) : Value.Null),
        ["session.id"] = new(OfTokens | Scope.Claims, ValueKind.Text, v => Value.Of(v.SessionId)),
        ["access.id"] = new(OfAttempts, ValueKind.Number, v => Value.Of(v.AccessId)),
        ["request.identifier"] = new(OfRequests, ValueKind.Text, v => Value.Of(v.Request?.Identifier)),
        [Origin] = new(OfRequests, ValueKind.Text, v => Value.Of(v.Request?.Origin)),
        [Address] = new(OfRequests, ValueKind.Text, v => Value.Of(v.Request?.Address)),
        ["invalid.field"] = new(Scope.Invalid, ValueKind.Text, v => First(v, "field")),
        ["invalid.name"] = new(Scope.Invalid, ValueKind.Text, v => First(v, "name")),
        ["invalid.rule"] = new(Scope.Invalid, ValueKind.Text, v => First(v, "rule")),
        ["invalid.fields"] = new(Scope.Invalid, ValueKind.Json, v => Value.Of(JsonSerializer.SerializeToElement(v.Invalid.Select(i => i.Field), WithoutMarkup))),
        ["invalid.more"] = new(Scope.Invalid, ValueKind.Number, v => v.Invalid.Count > 1 ? Value.Of(v.Invalid.Count - 1) : Value.Null),
        [AttemptsLeft] = new(Scope.Refused, ValueKind.Number, v => Value.Of(v.AttemptsLeft)),
        ["retryAfter"] = new(Scope.Waiting, ValueKind.Number, v => Value.Of(v.RetryAfter)),
        ["retryAt"] = new(Scope.Waiting, ValueKind.Instant, v => v.RetryAt is { } instant ? Value.Of(instant) : Value.Null),
        ["now"] = new(Anywhere, ValueKind.Instant, v => Value.Of(v.Now)),
    };

    private static readonly Dictionary<string, ValueKind?> OfInvalid = new(StringComparer.Ordinal)
    {
        ["field"] = ValueKind.Text,
        ["name"] = ValueKind.Text,
        ["rule"] = ValueKind.Text,
        ["value"] = null,
    };

    private static readonly Dictionary<string, ValueKind?> OfRoles = new(StringComparer.Ordinal)
    {
        ["name"] = ValueKind.Text,
        ["number"] = ValueKind.Number,
    };

    /// <summary>The names that $each can go through, the user's attributes aside.</summary>
    private static readonly Dictionary<string, WordList> Lists = new(StringComparer.Ordinal)
    {
        ["invalid"] = new(Scope.Invalid, OfInvalid, v => v.Invalid.Select(i => new Item { Invalid = i })),
        ["roles"] = new(OfAttempts | Scope.Inactive, OfRoles, v => v.User is { RoleName: not null } user ? [new Item { OfRole = user }] : []),
    };

    /// <summary>Names of which a part is the author's to choose, as documents write them.</summary>
    public static readonly IReadOnlyList<(string Name, Word Word)> Families =
    [
        (AttributePrefix + "NAME", new(OfUsers, null, _ => Value.Null)),
        (SettingPrefix + "NAME", new(Scope.Claims | Scope.Settings, ValueKind.Text, _ => Value.Null)),
        (RequestPrefix + "NAME", new(OfRequests | Scope.Claims | Scope.Lifetime, null, _ => Value.Null)),
        (GeneratedPrefix + "NAME", new(Anywhere, ValueKind.Text, _ => Value.Null)),
        (RandomPrefix + "NAME", new(Scope.Opaque, ValueKind.Text, _ => Value.Null)),
        (ItemName, new(Scope.Item, null, _ => Value.Null)),
        (ItemName + ".NAME", new(Scope.Item, null, _ => Value.Null)),
    ];

    public static IEnumerable<string> FixedNames => Names.Keys;

    public static IEnumerable<string> KnownNames => Names.Keys.Concat(Families.Select(f => f.Name));

    public static IEnumerable<string> KnownLists => Lists.Keys;

    public static bool IsList(string name) => Lists.ContainsKey(name);

    /// <summary>What is wrong with what follows <see cref="SettingPrefix"/>, or null. X_FILE is where an administrator says that X stands in a file.</summary>
    public static string? ObjectionToSetting(string name) => SettingName().IsMatch(name) && !name.EndsWith("_FILE", StringComparison.Ordinal)
        ? null
        : $"A setting is called by capitals, digits and _ ({{config.JWT_ISSUER_TOKEN}}) and does not end in _FILE, not \"{name}\".";

    /// <param name="request">The contract's fields; null: there are none to name.</param>
    /// <param name="items">The list that $each goes through; null: none.</param>
    public static Word? Find(string name, RequestRules? request = null, WordList? items = null) =>
        Names.TryGetValue(name, out var known) ? known
        : After(AttributePrefix, name) is { } attribute ? Family(AttributePrefix) with { Read = v => v.Attribute(attribute) }
        : After(SettingPrefix, name) is { } setting ? Family(SettingPrefix) with { Read = v => Value.Of(v.Settings?.GetValueOrDefault(setting)) }
        : After(RequestPrefix, name) is { } field && request?.Named(field) is { } rule ? Family(RequestPrefix) with { Kind = KindOf(rule), Read = v => v.Request?.Fields is { } fields ? fields[rule.Index] : Value.Null }
        : After(GeneratedPrefix, name) is { } made && Generated.Maker(made) is { } make ? Family(GeneratedPrefix) with { Read = v => Value.Of(v.Generated?.Get(name, make)) }
        : After(RandomPrefix, name) is { } random && Generated.Maker(random) is { } makeRandom ? Family(RandomPrefix) with { Read = v => Value.Of(v.Generated?.Get(name, makeRandom)) }
        : items is null ? null
        : FindItem(name, items);

    /// <summary>Lists that are known by name, and attributes that are lists.</summary>
    public static WordList? FindList(string name) =>
        Lists.TryGetValue(name, out var known) ? known
        : After(AttributePrefix, name) is { } attribute ? new(OfAttempts | Scope.Inactive, null, v => v.AttributeJson(attribute) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray().Select(e => new Item { Json = e }) : [])
        : null;

    public static string InWords(Scope scope)
    {
        var words = Places.Where(p => scope.HasFlag(p.Scope) && !(scope.HasFlag(OfRequests) && (OfRequests | Scope.WrongMethod).HasFlag(p.Scope))).Select(p => p.Words).ToList();
        if (scope.HasFlag(OfRequests))
        {
            words.Insert(0, scope.HasFlag(Scope.WrongMethod) ? "every answer" : "every answer but wrongMethod");
        }

        return words.Count < 2 ? string.Concat(words) : $"{string.Join(", ", words[..^1])} and {words[^1]}";
    }

    private static Word? FindItem(string name, WordList items)
    {
        if (string.Equals(name, ItemName, StringComparison.Ordinal) && items.ItemNames is null)
        {
            return new(Scope.Item, null, v => v.Item?.Read("") ?? Value.Null);
        }

        return After(ItemName + ".", name) is { } member && (items.ItemNames is null || items.ItemNames.ContainsKey(member))
            ? new(Scope.Item, items.ItemNames?[member], v => v.Item?.Read(member) ?? Value.Null)
            : null;
    }

    private static Word Family(string prefix) => Families.First(f => f.Name.StartsWith(prefix, StringComparison.Ordinal)).Word;

    private static string? After(string prefix, string name) => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    private static ValueKind? KindOf(FieldRule rule) => rule.Type switch
    {
        FieldType.Text => ValueKind.Text,
        FieldType.Number => ValueKind.Number,
        FieldType.Flag => ValueKind.Boolean,
        FieldType.Any => null,
    };

    private static Value First(AnswerValues values, string name) => values.Invalid is [var first, ..] ? new Item { Invalid = first }.Read(name) : Value.Null;

    private static readonly (Scope Scope, string Words)[] Places =
    [
        (Scope.Granted, "the granted answer"),
        (Scope.Invalid, "the answers malformed and invalid"),
        (Scope.Refused, "the answers refused, unknownUser and wrongPassword"),
        (Scope.Inactive, "the answer inactive"),
        (Scope.Waiting, "the answers locked and throttled"),
        (Scope.Failed, "the answers failed, busy and unavailable"),
        (Scope.WrongMethod, "the answer wrongMethod"),
        (Scope.Claims, "the token's claims"),
        (Scope.Settings, "the token's secret and lifetime"),
        (Scope.Opaque, "the text of an opaque token"),
        (Scope.Lifetime, "the conditions of a lifetime"),
        (Scope.Item, "the item of a $each"),
    ];

    // Capitals, as environments spell them: no setting of Zaguan's or of ASP.NET Core's own is reached by such a name.
    [GeneratedRegex(@"^[A-Z][A-Z0-9_]{0,63}\z", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex SettingName();
}
