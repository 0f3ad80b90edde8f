using System.Globalization;
using System.Text.Json.Nodes;
using Zaguan.Budgets;
using Zaguan.Passwords.Formats;
using Zaguan.Users;

namespace Zaguan.Commands;

/// <summary>A user as the command line shows one. Of a password only its format is ever shown.</summary>
internal static class UserDescription
{
    public static readonly string[] Columns = ["realm", "name", "number", "e-mail", "full name", "role", "active", "password"];

    public static IEnumerable<string?> Row(User user) =>
        [user.Realm, user.Username, Number(user.Number), user.Email, user.FullName, user.RoleName, YesNo(user.Active), PasswordFormat(user) ?? "no"];

    public static IEnumerable<(string Name, string? Value)> Fields(User user, IReadOnlyList<BudgetRow> refusals) =>
    [
        ("realm", user.Realm),
        ("name", user.Username),
        ("number", Number(user.Number)),
        ("id", user.Id),
        ("e-mail", user.Email),
        ("phone", user.Phone),
        ("given name", user.GivenName),
        ("family name", user.FamilyName),
        ("role", user.RoleName is null ? null : $"{user.RoleName} (number {Number(user.RoleNumber!.Value)})"),
        ("active", YesNo(user.Active)),
        ("local password", PasswordFormat(user) ?? "no"),
        ("second factor", user.CodeSecret is null ? "no" : "set up"),
        ("attributes", user.Attributes),
        .. refusals.Count == 0 ? [("locked", "no")] : refusals.Select(r => ("locked", (string?)InWords(r))),
    ];

    public static JsonObject Json(User user) => new()
    {
        ["realm"] = user.Realm,
        ["username"] = user.Username,
        ["number"] = user.Number,
        ["id"] = user.Id,
        ["email"] = user.Email,
        ["phone"] = user.Phone,
        ["givenName"] = user.GivenName,
        ["familyName"] = user.FamilyName,
        ["role"] = user.RoleName is null ? null : new JsonObject { ["number"] = user.RoleNumber, ["name"] = user.RoleName },
        ["active"] = user.Active,
        ["localPassword"] = PasswordFormat(user),
        ["attributes"] = user.Attributes is null ? null : JsonNode.Parse(user.Attributes),
    };

    public static JsonObject Json(User user, IReadOnlyList<BudgetRow> refusals)
    {
        var json = Json(user);
        json["secondFactor"] = user.CodeSecret is not null;
        json["locked"] = new JsonArray([.. refusals.Select(r => new JsonObject { ["address"] = r.Address.Length == 0 ? null : r.Address, ["until"] = Printing.Instant(r.RefusedUntil) })]);
        return json;
    }

    private static string InWords(BudgetRow refusal) =>
        $"until {Printing.Instant(refusal.RefusedUntil)} {(refusal.Address.Length == 0 ? "from everywhere" : $"from {refusal.Address}")}";

    /// <summary>Null where there is no password.</summary>
    private static string? PasswordFormat(User user) => user.Password is null ? null : HashFormats.Read(user.Password)?.Hash?.Cost ?? "of no known format";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string YesNo(bool flag) => flag ? "yes" : "no";
}
