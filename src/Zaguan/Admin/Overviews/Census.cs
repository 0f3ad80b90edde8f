using System.Data.Common;
using Dapper;
using Zaguan.Commands;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Sources;
using Zaguan.Storage;

namespace Zaguan.Admin.Overviews;

/// <summary>What is found by reading all users.</summary>
/// <param name="WeakPasswords">Of a format that is below bcrypt, and stored as it was imported.</param>
/// <param name="Findings">What is not as it should be with files, in English: what <c>zaguan doctor</c> says.</param>
internal sealed record HouseCount(long Users, long WeakPasswords, IReadOnlyList<RealmProgress> Migrations, IReadOnlyList<Finding> Findings);

/// <summary>How far the users of a realm have come over from the old system.</summary>
internal sealed record RealmProgress
{
    public string Realm { get; init; } = "";

    public long Adopted { get; init; }

    public long NotYet { get; init; }
}

/// <summary>Counts the users when somebody looks, and not again for some minutes: with a million of them it takes a moment, and nobody waits for it.</summary>
internal sealed class Census(Database database, HashCosts costs, Setup setup, TimeProvider clock, ILogger<Census> logger)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly Lock padlock = new();
    private Task<HouseCount?>? counting;
    private HouseCount? latest;
    private DateTimeOffset countedAt;

    /// <summary>Null: it is being counted.</summary>
    public async Task<HouseCount?> LatestAsync()
    {
        Task<HouseCount?> task;
        lock (padlock)
        {
            if (latest is not null && clock.GetUtcNow() - countedAt < GoodFor)
            {
                return latest;
            }

            counting = task = counting is { IsCompleted: false } ? counting : Task.Run(TryCountAsync);
        }

        return await Task.WhenAny(task, Task.Delay(Patience)) == task && await task is { } counted ? counted : latest;
    }

    private async Task<HouseCount?> TryCountAsync()
    {
        try
        {
            var counted = await CountAsync();
            lock (padlock)
            {
                (latest, countedAt) = (counted, clock.GetUtcNow());
            }

            return counted;
        }
        catch (Exception e) when (e is DatabaseUnavailableException or DbException or IOException or UnauthorizedAccessException)
        {
            logger.NotCounted(e.Message);
            lock (padlock)
            {
                // Not at every look.
                countedAt = clock.GetUtcNow();
            }

            return null;
        }
    }

    private async Task<HouseCount> CountAsync()
    {
        var users = await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM users"));
        var weak = 0L;
        foreach (var sample in (await costs.SamplesAsync()).Where(s => HashFormats.Read(s.Password) is { Hash.IsWeak: true }))
        {
            weak += await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM users WHERE password_cost = @Cost", new { sample.Cost }));
        }

        var migrations = new List<RealmProgress>();
        foreach (var realm in setup.Settings.Applications.Where(a => a.Value.Sources.Contains(Source.Upstream)).Select(a => a.Value.Realm ?? a.Key).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            migrations.Add(await database.ReadAsync(db => db.QuerySingleAsync<RealmProgress>(
                """
                SELECT CAST(@realm AS text) AS Realm, count(CASE WHEN adopted_from = 'upstream' THEN 1 END) AS Adopted,
                       count(CASE WHEN coalesce(adopted_from, '') <> 'upstream' AND password IS NULL THEN 1 END) AS NotYet
                FROM users WHERE realm = @realm
                """,
                new { realm })));
        }

        return new(users, weak, migrations, [.. FileFindings.Of(setup).Where(f => f.Verdict != Commands.Verdict.Good)]);
    }
}

internal static partial class CensusLog
{
    [LoggerMessage(EventId = 1822, Level = LogLevel.Warning, Message = "The users were not counted for the overview: {Problem}")]
    public static partial void NotCounted(this ILogger logger, string problem);
}
