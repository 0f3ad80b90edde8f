using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Dapper;
using Zaguan.Storage;
using Zaguan.Storage.Copying;

namespace Zaguan.Tests.Storage.Copying;

/// <summary>Rows in every table that are hard to carry, and a way to look at all rows that knows nothing of how they are copied.</summary>
internal static class Awkward
{
    private static readonly string[] Texts =
    [
        "", " ", "O'Brien", "\"; DROP TABLE users; --", "\\N", "\\.", "a\tb\r\nc", "NULL", "Ñandú e\u0301 \u00e9", "漢字 😀 \u202e \ufffd \u0001", "1", "true", new('ñ', 70_000),
    ];

    private static readonly long[] Numbers = [0, 1, -1, 42, long.MaxValue, long.MinValue, int.MaxValue + 1L];

    /// <summary>As long as a name can be; what is looked for by an index cannot be of any length in PostgreSQL.</summary>
    private static IEnumerable<(string Name, string Text, int Index)> All => Texts.Select((t, i) => (t.Length > 250 ? t[..250] : t, t, i));

    public static async Task FillAsync(DatabasePlace place)
    {
        await using var database = Database.Open(place, TimeProvider.System);
        await database.WriteAsync(async db =>
        {
            await FillUsersAsync(db);
            await FillLogAsync(db);
            await FillTokensAsync(db);
            await FillAdminsAsync(db);
            return true;
        });
    }

    /// <summary>Every column of every table, also of those that nobody thought of, row by row, in an order of its own.</summary>
    public static async Task<Dictionary<string, List<string>>> AllAsync(DatabasePlace place)
    {
        using var db = CopyConnection.Open(place);
        var all = new Dictionary<string, List<string>>();
        foreach (var table in CopiedTables.ToEmpty.Append(Counters.RevocationNumbers))
        {
            var rows = await db.QueryAsync($"SELECT * FROM {table}");
            all[table] = [.. rows.Select(r => AsText((IDictionary<string, object?>)r)).Order(StringComparer.Ordinal)];
        }

        return all;
    }

    private static async Task FillUsersAsync(DbConnection db)
    {
        foreach (var (name, text, i) in All)
        {
            await db.ExecuteAsync("INSERT INTO realms (name) VALUES (@name)", new { name });
            await db.ExecuteAsync("INSERT INTO roles (key, realm, number, name, name_key) VALUES (@key, @name, @number, @text, @name)", new { key = 100 + i, name, text, number = Numbers[i % Numbers.Length] });
            await db.ExecuteAsync(
                """
                INSERT INTO users (key, realm, number, id, username, username_key, email, email_key, phone, given_name, family_name, role_key, active, password, password_cost,
                  password_changed_at, password_version, password_set_here, attributes, adopted_at, adopted_from, created_at, code_secret, code_step)
                VALUES (@key, @name, @number, @name, @text, @name, @some, @mail, @some, @some, @some, @role, @odd, @some, @mail, @when, @number, @even, @attributes, @when, @some, @number, @some, @number)
                """,
                new
                {
                    key = 1_000 + i,
                    name,
                    text,
                    mail = i % 3 == 0 ? null : name,
                    number = Numbers[i % Numbers.Length],
                    some = i % 3 == 0 ? null : text,
                    role = i % 3 == 0 ? (long?)null : 100 + i,
                    odd = i % 2 == 1,
                    even = i % 2 == 0,
                    when = i % 3 == 0 ? (long?)null : Numbers[i % Numbers.Length],
                    attributes = i % 3 == 0 ? null : JsonSerializer.Serialize(new { nota = text, número = 1.50m }),
                });
            await db.ExecuteAsync("INSERT INTO user_recovery_codes (user_key, code_hash) VALUES (@key, @name)", new { key = 1_000 + i, name });
            await db.ExecuteAsync(
                "INSERT INTO budgets VALUES (@name, @name, @n, @n, @n, @n, @n, @n, @n, @n, @n, @n, @n, @n, @n, @n)", new { name, n = Numbers[i % Numbers.Length] });
        }

        // A number that was given and whose user is gone must not be given again.
        await db.ExecuteAsync("INSERT INTO users (realm, number, id, username, username_key, active, created_at) SELECT '', 7, 'gone', 'gone', 'GONE', active, 0 FROM users WHERE key = 1001");
        await db.ExecuteAsync("DELETE FROM users WHERE id = 'gone'");
    }

    private static async Task FillLogAsync(DbConnection db)
    {
        long[] instants = [0, -1, 1_500_000_000_000, 1_750_000_000_000, 1_752_000_000_000, 4_102_444_800_000, long.MaxValue];
        foreach (var (_, text, i) in All)
        {
            await db.ExecuteAsync(
                """
                INSERT INTO access_log (at, application, realm, identifier, user_key, is_successful, outcome, address, platform, user_agent, client_info, node)
                VALUES (@at, @text, @text, @text, @user, @odd, @i, @text, @some, @some, @some, @some)
                """,
                new { at = instants[i % instants.Length], text, user = i % 2 == 0 ? null : (long?)Numbers[i % Numbers.Length], odd = i % 2 == 1, i, some = i % 3 == 0 ? null : text });
        }
    }

    private static async Task FillTokensAsync(DbConnection db)
    {
        foreach (var (name, text, i) in All)
        {
            await db.ExecuteAsync(
                "INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at, revoked_at, cookie_hash) VALUES (@name, @name, @user, @n, @n, @n, @when, @some)",
                new { name, user = 1_000 + i, n = Numbers[i % Numbers.Length], when = i % 3 == 0 ? null : (long?)Numbers[i % Numbers.Length], some = i % 3 == 0 ? null : name });
            await db.ExecuteAsync("INSERT INTO revocations (number, application, session, until) VALUES (@number, @name, @name, @n)", new { number = 10 + i, name, n = Numbers[i % Numbers.Length] });
            await db.ExecuteAsync("INSERT INTO revocations (number, application, claim, value, issued_before) VALUES (@number, @name, @name, @name, @n)", new { number = 100 + i, name, n = Numbers[i % Numbers.Length] });
            await db.ExecuteAsync("INSERT INTO back_ends VALUES (@name, @text, @name, @n)", new { name, text, n = Numbers[i % Numbers.Length] });
            await db.ExecuteAsync("INSERT INTO signing_keys VALUES (@i, @name, @text, @text, @n, @n)", new { i, name, text, n = Numbers[i % Numbers.Length] });
            await db.ExecuteAsync("INSERT INTO facts VALUES (@name, @text)", new { name, text });
            await db.ExecuteAsync("INSERT INTO login_counts VALUES (@n, @n, @name, @i, @n)", new { n = Numbers[i % Numbers.Length], name, i });
        }

        await db.ExecuteAsync("UPDATE revocation_numbers SET last = @last", new { last = 1_700_000_000_123 });
    }

    private static async Task FillAdminsAsync(DbConnection db)
    {
        foreach (var (name, text, i) in All)
        {
            var n = Numbers[i % Numbers.Length];
            var some = i % 3 == 0 ? null : text;
            await db.ExecuteAsync("INSERT INTO admins VALUES (@key, @text, @name, @i, @odd, @text, @some, @n, @n)", new { key = 200 + i, text, name, i, odd = i % 2 == 1, some, n });
            await db.ExecuteAsync("INSERT INTO admin_recovery_codes VALUES (@key, @name)", new { key = 200 + i, name });
            await db.ExecuteAsync("INSERT INTO admin_sessions VALUES (@name, @key, @n, @n, @n, @some)", new { key = 200 + i, name, n, some });
            await db.ExecuteAsync("INSERT INTO api_keys VALUES (@name, @text, @name, @text, @text, @n, @when, @when, @when)", new { name, text, n, when = i % 3 == 0 ? null : (long?)n });
            await db.ExecuteAsync("INSERT INTO password_links VALUES (@user, @name, @n, @n)", new { user = 1_000 + i, name, n });
            await db.ExecuteAsync("INSERT INTO account_sessions VALUES (@name, @user, @name, @text, @n, @n, @some)", new { user = 1_000 + i, name, text, n, some });
            await db.ExecuteAsync("INSERT INTO audit_log (at, who, address, action, object, before, after) VALUES (@n, @text, @some, @text, @text, @some, @some)", new { n, text, some });
        }
    }

    private static string AsText(IDictionary<string, object?> row) => string.Join('|', row.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}={c.Value switch
    {
        null => "null",
        string text => JsonSerializer.Serialize(text),
        bool truth => truth ? "1" : "0",
        var number => Convert.ToInt64(number, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
    }}"));
}
