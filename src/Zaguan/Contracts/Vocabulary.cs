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
}

/// <summary>The names that placeholders can use: a fixed table. No name reaches a password, a hash or a secret.</summary>
internal static class Vocabulary
{
    public const string AttributePrefix = "user.attributes.";
    public const string SettingPrefix = "config.";

    private static readonly Dictionary<string, (Scope Scope, Func<AnswerValues, Value> Read)> Names = new(StringComparer.Ordinal)
    {
        ["user.id"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.Id)),
        ["user.number"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.Number)),
        ["user.username"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.Username)),
        ["user.email"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.Email)),
        ["user.phone"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.Phone)),
        ["user.givenName"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.GivenName)),
        ["user.familyName"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.FamilyName)),
        ["user.fullName"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.FullName)),
        ["user.active"] = (Scope.Granted | Scope.Claims, v => v.User is { } user ? Value.Of(user.Active) : Value.Null),
        ["role.number"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.RoleNumber)),
        ["role.name"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.User?.RoleName)),
        ["token"] = (Scope.Granted, v => Value.Of(v.Token)),
        ["access.id"] = (Scope.Granted | Scope.Claims, v => Value.Of(v.AccessId)),
        ["item.field"] = (Scope.Item, v => Value.Of(v.Item)),
        ["now"] = (Scope.Granted | Scope.Invalid | Scope.Other | Scope.Claims, v => Value.Of(v.Now)),
    };

    /// <summary>The names that $each can go through.</summary>
    private static readonly Dictionary<string, (Scope Scope, Func<AnswerValues, IReadOnlyList<string>> Read)> Lists = new(StringComparer.Ordinal)
    {
        ["invalid"] = (Scope.Invalid, v => v.Invalid),
    };

    public static IEnumerable<string> KnownNames => Names.Keys.Append(AttributePrefix + "NAME").Append(SettingPrefix + "NAME");

    public static IEnumerable<string> KnownLists => Lists.Keys;

    public static bool IsList(string name) => Lists.ContainsKey(name);

    public static (Scope Scope, Func<AnswerValues, Value> Read)? Find(string name)
    {
        if (Names.TryGetValue(name, out var known))
        {
            return known;
        }

        if (name.StartsWith(AttributePrefix, StringComparison.Ordinal) && name.Length > AttributePrefix.Length)
        {
            var attribute = name[AttributePrefix.Length..];
            return (Scope.Granted | Scope.Claims, v => v.Attribute(attribute));
        }

        if (name.StartsWith(SettingPrefix, StringComparison.Ordinal) && name.Length > SettingPrefix.Length)
        {
            var setting = name[SettingPrefix.Length..];
            return (Scope.Claims | Scope.Settings, v => Value.Of(v.Settings?.GetValueOrDefault(setting)));
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
}
