using System.Globalization;
using Dapper;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>What kind of a hash a user has; as the search filters by it, and as a page says it.</summary>
internal enum HashKind
{
    /// <summary>Argon2id, as Zaguan makes it.</summary>
    Modern,

    /// <summary>Another system's, or one of those under an Argon2id: the next login replaces it.</summary>
    Old,

    None,
}

/// <summary>What to look for; what is null does not matter.</summary>
internal sealed record UserQuery
{
    /// <summary>The beginning of a user name or of an e-mail address, or a number or an id; empty: everybody.</summary>
    public string Text { get; init; } = "";

    public string? Realm { get; init; }

    /// <summary>By name.</summary>
    public string? Role { get; init; }

    public bool? Active { get; init; }

    public HashKind? Hash { get; init; }

    /// <summary>Where the page before ended: <see cref="UsersFound.Next"/>.</summary>
    public string? After { get; init; }

    /// <summary>As an address asks.</summary>
    public static UserQuery Read(IQueryCollection asked)
    {
        return new()
        {
            Text = asked["q"].ToString().Trim(),
            Realm = Chosen("realm"),
            Role = Chosen("role"),
            Active = Chosen("state") switch { "active" => true, "disabled" => false, _ => null },
            Hash = Chosen("hash") switch { "modern" => HashKind.Modern, "old" => HashKind.Old, "none" => HashKind.None, _ => null },
            After = Chosen("after"),
        };

        // PostgreSQL takes no text that has the letter NUL.
        string? Chosen(string field) => asked[field].ToString() is { Length: > 0 } value && !value.Contains('\0', StringComparison.Ordinal) ? value : null;
    }
}

/// <param name="Next">Where the next page begins; null: that was all.</param>
/// <param name="IsCutShort">There are fewer than a page holds because enough was looked at, and not because there are no more.</param>
internal sealed record UsersFound(IReadOnlyList<User> Users, string? Next, bool IsCutShort);

/// <summary>
/// The console's search. Whatever is asked for, among however many: it reads an index in its order, realm by realm, from where the page before ended, and nothing is counted or sorted.
/// One filter chooses the index; what remains of the filters is looked at row by row, for at most <see cref="MostLooked"/> rows, and then the page says how to look further.
/// </summary>
internal sealed class UserSearch(Database database)
{
    public const int PageSize = 50;

    /// <summary>Some ten milliseconds, on either database.</summary>
    public const int MostLooked = 5_000;

    /// <summary>Behind every text that begins so: no name holds U+10FFFF, and both databases order texts by their bytes in UTF-8.</summary>
    private const string Highest = "\U0010FFFF";

    private static readonly string[] KeyNames = [.. Enumerable.Range(0, PageSize).Select(i => FormattableString.Invariant($"k{i}"))];

    private static readonly string LoadPage = $"{UserStore.Columns} WHERE u.key IN ({string.Join(", ", KeyNames.Select(k => $"@{k}"))})";

    public Task<UsersFound> FindAsync(UserQuery query) => database.ReadAsync(async db =>
    {
        var (found, left) = (new List<Place>(), MostLooked);
        Position? shown = null;
        foreach (var begin in Ways(query, await RealmsAsync(db, query)))
        {
            var look = Look.Of(query, begin, left);
            foreach (var place in await db.QueryAsync<Place>(look.Statement, look.Parameters))
            {
                if (place.Fits && found.Count == PageSize)
                {
                    return new UsersFound(await LoadAsync(db, found), shown!.ToString(), IsCutShort: false);
                }

                left--;
                var at = begin with { After = place.Name };
                if (place.Fits)
                {
                    found.Add(place);
                    shown = at;
                }

                if (left == 0)
                {
                    return new UsersFound(await LoadAsync(db, found), at.ToString(), IsCutShort: true);
                }
            }
        }

        return new UsersFound(await LoadAsync(db, found), null, IsCutShort: false);
    });

    private static async Task<IReadOnlyList<string>> RealmsAsync(System.Data.Common.DbConnection db, UserQuery query) =>
        query.Realm is { } realm ? [realm] : (await db.QueryAsync<string>("SELECT name FROM realms ORDER BY name")).AsList();

    /// <summary>Who is named by number or id comes first, then who is called so, then who has such an address; each realm by realm.</summary>
    private static IEnumerable<Position> Ways(UserQuery query, IReadOnlyList<string> realms)
    {
        var all = Enum.GetValues<Way>().Where(w => query.Text.Length > 0 || w == Way.Name).SelectMany(way => realms.Select(realm => new Position(way, realm, null))).ToList();
        if (query.Text.Length > 0 && Names.TryKey(query.Text) is null)
        {
            return [];
        }

        return Position.Read(query.After) is not { } after ? all : all.SkipWhile(p => p.Way != after.Way || !string.Equals(p.Realm, after.Realm, StringComparison.Ordinal)).Select((p, i) => i == 0 ? after : p);
    }

    private static async Task<IReadOnlyList<User>> LoadAsync(System.Data.Common.DbConnection db, List<Place> found)
    {
        if (found.Count == 0)
        {
            return [];
        }

        // Always as many keys, so that it is one statement, prepared once.
        var keys = new DynamicParameters();
        for (var i = 0; i < PageSize; i++)
        {
            keys.Add(KeyNames[i], found[Math.Min(i, found.Count - 1)].Row);
        }

        var users = (await db.QueryAsync<User>(LoadPage, keys)).ToDictionary(u => u.Key);
        return [.. found.Select(p => users.GetValueOrDefault(p.Row)).OfType<User>()];
    }

    internal enum Way
    {
        Exact,
        Name,
        Email,
    }

    /// <summary>How far a search has gone.</summary>
    /// <param name="After">The name or address, as it is compared, of the last that was looked at; null: it begins.</param>
    internal sealed record Position(Way Way, string Realm, string? After)
    {
        public static Position? Read(string? text) => text?.Split('/', 3) is [var way, var realm, var after] && Enum.TryParse<Way>(way, out var parsed) && Enum.IsDefined(parsed) && !after.Contains('\0', StringComparison.Ordinal)
            ? new(parsed, realm, after) : null;

        public override string ToString() => $"{Way}/{Realm}/{After}";
    }

    private sealed record Place
    {
        public long Row { get; init; }

        public string Name { get; init; } = "";

        public bool Fits { get; init; }
    }

    /// <summary>One look along one index.</summary>
    internal sealed record Look(string Statement, object Parameters)
    {
        private const string HasRole = "u.role_key = (SELECT key FROM roles WHERE realm = @realm AND name_key = @roleKey)";

        private const string IsOld = "(u.password_cost < 'argon2id' OR u.password_cost >= 'argon2ie')";

        private const string IsActive = "u.active";

        private const string IsModern = "(u.password_cost >= 'argon2id' AND u.password_cost < 'argon2ie')";

        private const string IsExact = "(u.number = @number OR u.id = @text)";

        private const string IsCalledSo = "(u.username_key >= @low AND u.username_key < @high)";

        public static Look Of(UserQuery query, Position begin, int most)
        {
            var low = Names.Key(query.Text);
            var hasText = query.Text.Length > 0;
            var filters = Filters(query).ToList();
            // Each index holds only those who fit, in the order of their names; the rarest are asked for first.
            var chosen = begin.Way == Way.Name ? filters.Where(f => f is not (IsActive or IsModern)).Take(1).ToList() : [];
            var sifting = filters.Except(chosen, StringComparer.Ordinal).ToList();
            var column = begin.Way == Way.Email ? "u.email_key" : "u.username_key";
            var conditions = new List<string>();
            if (begin.Way == Way.Exact)
            {
                // The realm stands inside: outside, SQLite would rather read an index of the whole realm than two rows.
                conditions.Add("u.key IN (SELECT key FROM users WHERE realm = @realm AND number = @number UNION SELECT key FROM users WHERE realm = @realm AND id = @text)");
            }
            else
            {
                conditions.Add("u.realm = @realm");
                // One bound below, or SQLite takes either of two.
                conditions.Add($"{column} {(begin.After is null ? ">=" : ">")} @from");
                conditions.AddRange(hasText ? [$"{column} < @high"] : []);
                conditions.AddRange(chosen);
            }

            string[] shownBefore = (hasText, begin.Way) switch
            {
                (true, Way.Name) => [$"NOT {IsExact}"],
                (true, Way.Email) => [$"NOT {IsExact}", $"NOT {IsCalledSo}"],
                _ => [],
            };
            var fits = sifting.Concat(shownBefore).ToList();
            // Nothing is read in vain where all fit but the two who are named by number and id.
            var rows = sifting.Count > 0 || begin.Way == Way.Email ? most : Math.Min(most, PageSize + 3);
            return new(
                $"""
                SELECT u.key AS Row, {column} AS Name, {(fits.Count == 0 ? "1" : $"CASE WHEN {string.Join(" AND ", fits)} THEN 1 ELSE 0 END")} AS Fits
                FROM users u WHERE {string.Join(" AND ", conditions)} {(begin.Way == Way.Exact ? "" : $"ORDER BY {column}")} LIMIT @rows
                """,
                new
                {
                    realm = begin.Realm,
                    from = begin.After ?? low,
                    low,
                    high = low + Highest,
                    text = query.Text,
                    number = long.TryParse(query.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1,
                    roleKey = query.Role is null ? null : Names.TryKey(query.Role) ?? "",
                    rows,
                });
        }

        private static IEnumerable<string> Filters(UserQuery query)
        {
            if (query.Active is false)
            {
                yield return "NOT u.active";
            }

            if (query.Hash is HashKind.None or HashKind.Old)
            {
                yield return query.Hash is HashKind.None ? "u.password_cost IS NULL" : IsOld;
            }

            if (query.Role is not null)
            {
                yield return HasRole;
            }

            // Most are so: there is no index of them, and none is needed.
            if (query.Active is true)
            {
                yield return IsActive;
            }

            if (query.Hash is HashKind.Modern)
            {
                yield return IsModern;
            }
        }
    }
}
