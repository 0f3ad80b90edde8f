using System.Text.RegularExpressions;

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

    /// <summary>Every other answer.</summary>
    Other = 4,

    /// <summary>The claims of the token.</summary>
    Claims = 8,

    /// <summary>The token's secret and lifetime: settings and nothing else.</summary>
    Settings = 16,

    /// <summary>Within the item of a $each.</summary>
    Item = 32,

    /// <summary>The headers that tell a back-end who asks (forward-auth).</summary>
    IdentityHeaders = 64,
}

/// <summary>A name that placeholders can use.</summary>
/// <param name="Kind">What its value is where it is not null; null: only the answer tells.</param>
internal sealed record Word(Scope Scope, ValueKind? Kind, Func<AnswerValues, Value> Read);

/// <summary>The names that placeholders can use: a fixed table. No name reaches a password, a hash or a secret.</summary>
internal static partial class Vocabulary
{
    public const string Token = "token";
    public const string AttributePrefix = "user.attributes.";
    public const string SettingPrefix = "config.";

    private const Scope OfAttempts = Scope.Granted | Scope.Claims;
    private const Scope OfUsers = OfAttempts | Scope.IdentityHeaders;
    private const Scope Anywhere = Scope.Granted | Scope.Invalid | Scope.Other | Scope.Claims;

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
        [Token] = new(Scope.Granted, ValueKind.Text, v => Value.Of(v.Token)),
        ["access.id"] = new(OfAttempts, ValueKind.Number, v => Value.Of(v.AccessId)),
        ["item.field"] = new(Scope.Item, ValueKind.Text, v => Value.Of(v.Item)),
        ["now"] = new(Anywhere, ValueKind.Instant, v => Value.Of(v.Now)),
    };

    /// <summary>The names that $each can go through.</summary>
    private static readonly Dictionary<string, (Scope Scope, Func<AnswerValues, IReadOnlyList<string>> Read)> Lists = new(StringComparer.Ordinal)
    {
        ["invalid"] = (Scope.Invalid, v => v.Invalid),
    };

    public static IEnumerable<string> KnownNames => Names.Keys.Append(AttributePrefix + "NAME").Append(SettingPrefix + "NAME");

    public static IEnumerable<string> KnownLists => Lists.Keys;

    public static bool IsList(string name) => Lists.ContainsKey(name);

    /// <summary>What is wrong with what follows <see cref="SettingPrefix"/>, or null. X_FILE is where an administrator says that X stands in a file.</summary>
    public static string? ObjectionToSetting(string name) => SettingName().IsMatch(name) && !name.EndsWith("_FILE", StringComparison.Ordinal)
        ? null
        : $"A setting is called by capitals, digits and _ ({{config.JWT_ISSUER_TOKEN}}) and does not end in _FILE, not \"{name}\".";

    public static Word? Find(string name)
    {
        if (Names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (name.StartsWith(AttributePrefix, StringComparison.Ordinal) && name.Length > AttributePrefix.Length)
        {
            var attribute = name[AttributePrefix.Length..];
            return new(OfUsers, null, v => v.Attribute(attribute));
        }

        if (name.StartsWith(SettingPrefix, StringComparison.Ordinal) && name.Length > SettingPrefix.Length)
        {
            var setting = name[SettingPrefix.Length..];
            return new(Scope.Claims | Scope.Settings, ValueKind.Text, v => Value.Of(v.Settings?.GetValueOrDefault(setting)));
        }

        return null;
    }

    public static (Scope Scope, Func<AnswerValues, IReadOnlyList<string>> Read)? FindList(string name) =>
        Lists.TryGetValue(name, out var known) ? known : null;

    public static string InWords(Scope scope) => string.Join(" and ", Places.Where(p => scope.HasFlag(p.Scope)).Select(p => p.Words));

    private static readonly (Scope Scope, string Words)[] Places =
    [
        (Scope.Granted, "the granted answer"),
        (Scope.Invalid, "the answers malformed and invalid"),
        (Scope.Other, "the other answers"),
        (Scope.Claims, "the token's claims"),
        (Scope.Settings, "the token's secret and lifetime"),
        (Scope.Item, "the item of a $each"),
    ];

    // Capitals, as environments spell them: no setting of Zaguan's or of ASP.NET Core's own is reached by such a name.
    [GeneratedRegex(@"^[A-Z][A-Z0-9_]{0,63}\z", RegexOptions.NonBacktracking)]
    private static partial Regex SettingName();
}
