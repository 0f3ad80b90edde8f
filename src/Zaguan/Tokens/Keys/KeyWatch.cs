using Zaguan.Operations;

namespace Zaguan.Tokens.Keys;

/// <summary>Keeps the keys, where an application signs with one: asks every two seconds for what other nodes made, and makes the next when it is time.</summary>
internal sealed class KeyWatch(SigningKeys keys, Setup setup, TimeProvider clock, ILogger<KeyWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private string? told;

    /// <summary>There is a key, and every stored one can be used, before the first request is answered.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (setup.Applications.SignsWithOwnKeys)
        {
            await KeepAsync();
            await base.StartAsync(cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await KeepAsync();
                told = null;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The keys that are known go on signing and verifying.
                if (!string.Equals(told, e.Message, StringComparison.Ordinal))
                {
                    logger.KeysNotKept(e.Message);
                }

                told = e.Message;
            }
        }
    }

    private async Task KeepAsync()
    {
        var before = setup.Keys.Newest;
        await keys.KeepAsync();
        if (setup.Keys.Newest is { } newest && !ReferenceEquals(newest, before))
        {
            logger.KeyTakenUp(newest.Stored.Kid);
        }
    }
}

internal static partial class KeysLog
{
    [LoggerMessage(EventId = 1621, Level = LogLevel.Information, Message = "The newest signing key is {Kid}; zaguan keys list says from when it signs")]
    public static partial void KeyTakenUp(this ILogger logger, string kid);

    [LoggerMessage(EventId = 1622, Level = LogLevel.Error, Message = "Signing keys are neither rotated nor taken up from other nodes now: {Problem}")]
    public static partial void KeysNotKept(this ILogger logger, string problem);
}
