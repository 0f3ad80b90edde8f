using System.Globalization;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Operations;

/// <summary>Whether the database takes a write. Asked at most once a second, however many ask: the question waits in the queue of the logins.</summary>
internal sealed class Readiness(Database database, TimeProvider clock)
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private Task<bool>? answer;
    private long askedAt;

    public Task<bool> AskAsync()
    {
        lock (gate)
        {
            if (answer is null || (answer.IsCompleted && clock.GetElapsedTime(askedAt) >= GoodFor))
            {
                (answer, askedAt) = (WriteAsync(), clock.GetTimestamp());
            }

            return answer;
        }
    }

    private async Task<bool> WriteAsync()
    {
        try
        {
            // A transaction that changes nothing succeeds on a full disk.
            var at = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            await database.WriteAsync(db => db.ExecuteAsync(
                "INSERT INTO facts (name, value) VALUES ('asked-whether-ready-at', @at) ON CONFLICT (name) DO UPDATE SET value = excluded.value", new { at })).WaitAsync(Patience, clock);
            return true;
        }
        catch (Exception e) when (e is DatabaseUnavailableException or TimeoutException)
        {
            return false;
        }
    }
}
