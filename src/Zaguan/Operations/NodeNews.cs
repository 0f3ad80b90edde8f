using Zaguan.Applications;
using Zaguan.Storage;
using Zaguan.Tokens;

namespace Zaguan.Operations;

/// <summary>Hears what other nodes announce, so that nobody waits for the next time that this one would ask. Where nothing is heard, asking goes on.</summary>
internal sealed class NodeNews(Database database, Revocations revocations, ContractWatch contracts, ILogger<NodeNews> logger) : BackgroundService
{
    /// <summary>Announced by the table of revocations itself, when one is committed.</summary>
    public const string Revocations = "revocations";

    public const string Contracts = "contracts";

    private bool isWaiting;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => database.ListenAsync(Hear, stoppingToken);

    private void Hear(string what)
    {
        if (what is Contracts or "")
        {
            contracts.Look();
        }

        if (what is Revocations or "")
        {
            // Not on the connection that listens: it would hear nothing meanwhile. One that waits to begin is enough.
            if (Interlocked.Exchange(ref isWaiting, true) is false)
            {
                _ = Task.Run(RefreshAsync);
            }
        }
    }

    private async Task RefreshAsync()
    {
        Volatile.Write(ref isWaiting, false);
        try
        {
            await revocations.RefreshAsync();
        }
        catch (Exception e)
        {
            // Whoever asks by the clock says so where it lasts.
            logger.NewsNotTakenUp(e.Message);
        }
    }
}

internal static partial class NodeNewsLog
{
    [LoggerMessage(EventId = 1602, Level = LogLevel.Debug, Message = "What another node announced was not taken up at once: {Problem}")]
    public static partial void NewsNotTakenUp(this ILogger logger, string problem);
}
