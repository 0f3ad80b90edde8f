using System.Data.Common;
using Zaguan.AccessLog;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Budgets;
using Zaguan.Storage;
using Zaguan.Tokens;
using Zaguan.Tokens.Keys;

namespace Zaguan.Operations;

/// <summary>Forgets what is old, every hour, in batches small enough that no login waits for one. Killed at any line, it goes on at the next start.</summary>
internal sealed class Housekeeping(AccessLogStore accessLog, SessionStore sessions, RevocationStore revocations, KeyStore keys, BudgetStore budgets, AuditLog audit, PasswordLinks links, AccountSessions accounts, Database database, AccessLogSettings settings, TimeProvider clock, ILogger<Housekeeping> logger) : BackgroundService
{
    private const int Batch = 500;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await database.AloneAsync("housekeeping", () => ForgetAsync(stoppingToken));
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Whatever it is, the server goes on, and the next hour tries again.
                logger.HousekeepingWaits(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public async Task ForgetAsync(CancellationToken stoppingToken)
    {
        var now = clock.GetUtcNow();
        await KeepPartitionsAsync(now);
        while (await accessLog.ForgetAsync(now - settings.KeptFor, Batch) == Batch && !stoppingToken.IsCancellationRequested)
        {
        }

        while (await sessions.ForgetAsync(now, Batch) == Batch && !stoppingToken.IsCancellationRequested)
        {
        }

        while (await revocations.ForgetAsync(now, Batch) == Batch && !stoppingToken.IsCancellationRequested)
        {
        }

        while (await audit.ForgetStrangersAsync(now - settings.KeptFor, Batch) == Batch && !stoppingToken.IsCancellationRequested)
        {
        }

        await keys.ForgetAsync(now);
        await links.ForgetAsync();
        await accounts.ForgetAsync();

        (string, string)? after = ("", "");
        while (after is { } rows && !stoppingToken.IsCancellationRequested)
        {
            after = await budgets.ForgetAsync(rows, now - BudgetStore.KeptFor, Batch);
        }
    }

    private async Task KeepPartitionsAsync(DateTimeOffset now)
    {
        try
        {
            await AccessLogPartitions.KeepAheadAsync(database, now);
            await AccessLogPartitions.DropAsync(database, now - settings.KeptFor);
        }
        catch (Exception e) when (e is DatabaseUnavailableException or DbException)
        {
            // Somebody reads the log for long, say. The rest can be tidied all the same.
            logger.HousekeepingWaits(e.Message);
        }
    }
}

internal static partial class HousekeepingLog
{
    [LoggerMessage(EventId = 1201, Level = LogLevel.Warning, Message = "Old records are not being deleted: {Problem}")]
    public static partial void HousekeepingWaits(this ILogger logger, string problem);
}
