using static Zaguan.Storage.Copying.ColumnKind;

namespace Zaguan.Storage.Copying;

/// <summary>
/// Every table and column that a migration made, those that are referred to before those that refer to them; a test compares it with both databases. Not in it:
/// which migrations were applied (each database has its own), the number of the last revocation (one of the <see cref="Counters"/>), and what triggers make
/// of the rows that arrive.
/// </summary>
internal static class CopiedTables
{
    public static readonly IReadOnlyList<CopiedTable> All =
    [
        Table("realms", ("name", Text)),
        Table("roles", ("key", Number), ("realm", Text), ("number", Number), ("name", Text), ("name_key", Text)),
        Table(
            "users",
            ("key", Number), ("realm", Text), ("number", Number), ("id", Text), ("username", Text), ("username_key", Text), ("email", Text), ("email_key", Text), ("phone", Text),
            ("given_name", Text), ("family_name", Text), ("role_key", Number), ("active", Truth), ("password", Text), ("password_cost", Text), ("password_changed_at", Number),
            ("password_version", Number), ("password_set_here", Truth), ("attributes", Text), ("adopted_at", Number), ("adopted_from", Text), ("created_at", Number), ("code_secret", Text), ("code_step", Number)).With("user_attributes"),
        Table("user_recovery_codes", ("user_key", Number), ("code_hash", Text)),
        Table(
            "budgets",
            ("account", Text), ("address", Text), ("failed", Number), ("forgiven", Number), ("in_flight", Number), ("in_flight_until", Number), ("burials", Number), ("window_from", Number),
            ("refused_until", Number), ("refusals", Number), ("failures", Number), ("within", Number), ("refused_for", Number), ("refused_at_most", Number), ("in_flight_before", Number), ("in_flight_from", Number)),
        Table(
            "access_log",
            ("id", Number), ("at", Number), ("application", Text), ("realm", Text), ("identifier", Text), ("user_key", Number), ("is_successful", Truth), ("outcome", SmallNumber),
            ("address", Text), ("platform", Text), ("user_agent", Text), ("client_info", Text), ("node", Text)),
        Table(
            "sessions",
            ("id", Text), ("application", Text), ("user_key", Number), ("access_id", Number), ("opened_at", Number), ("expires_at", Number), ("revoked_at", Number), ("cookie_hash", Text)),
        Table("revocations", ("number", Number), ("application", Text), ("session", Text), ("until", Number), ("claim", Text), ("value", Text), ("issued_before", Number)),
        Table("back_ends", ("name", Text), ("application", Text), ("key_hash", Text), ("created_at", Number)),
        Table("signing_keys", ("number", Number), ("kid", Text), ("algorithm", Text), ("private_key", Text), ("created_at", Number), ("signs_from", Number)),
        Table("login_counts", ("span", Number), ("since", Number), ("application", Text), ("outcome", SmallNumber), ("logins", Number)),
        Table("facts", ("name", Text), ("value", Text)),
        Table(
            "admins",
            ("key", Number), ("name", Text), ("name_key", Text), ("role", SmallNumber), ("active", Truth), ("password", Text), ("code_secret", Text), ("code_step", Number), ("created_at", Number)),
        Table("admin_recovery_codes", ("admin_key", Number), ("code_hash", Text)),
        Table("admin_sessions", ("token_hash", Text), ("admin_key", Number), ("opened_at", Number), ("seen_at", Number), ("confirmed_at", Number), ("pending_code_secret", Text)),
        Table(
            "api_keys",
            ("id", Text), ("name", Text), ("hash", Text), ("scopes", Text), ("created_by", Text), ("created_at", Number), ("expires_at", Number), ("last_used_at", Number), ("revoked_at", Number)),
        Table("password_links", ("user_key", Number), ("link_hash", Text), ("password_version", Number), ("expires_at", Number)),
        Table("account_sessions", ("token_hash", Text), ("user_key", Number), ("application", Text), ("identifier", Text), ("opened_at", Number), ("seen_at", Number), ("pending_code_secret", Text)),
        Table("audit_log", ("id", Number), ("at", Number), ("who", Text), ("address", Text), ("action", Text), ("object", Text), ("before", Text), ("after", Text)),
    ];

    /// <summary>Rows in these are somebody's; in the others the server writes by itself when it first starts.</summary>
    public static readonly IReadOnlyList<string> OfSomebody = ["users", "roles", "access_log", "sessions", "revocations", "back_ends", "budgets", "admins", "api_keys", "audit_log"];

    /// <summary>Every table of these, the derived ones before what they are made of.</summary>
    public static IEnumerable<string> ToEmpty => All.Reverse().SelectMany(t => t.Derived.Append(t.Name));

    private static CopiedTable Table(string name, params IReadOnlyList<(string Name, ColumnKind Kind)> columns) => new(name, [.. columns.Select(c => new CopiedColumn(c.Name, c.Kind))]);
}
