using System.Collections.Concurrent;
using Zaguan.Applications;
using Zaguan.Operations;

namespace Zaguan.Login;

/// <summary>What a login says while it happens: time, metrics, log. Never a password, an identifier or a token.</summary>
internal sealed class LoginWitness(TimeProvider clock, Telemetry telemetry, ILogger<LoginEndpoint> logger)
{
    private readonly ConcurrentDictionary<string, bool> noticed = new(StringComparer.Ordinal);

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Does one step of a login and measures it.</summary>
    public async Task<T> Time<T>(string step, Func<Task<T>> work)
    {
        using (telemetry.Step(step))
        {
            return await work();
        }
    }

    public void Answered(Application application, Outcome outcome)
    {
        telemetry.Answered(application.Name, outcome);
        logger.Answered(application.Name, outcome);
        // Once: a client that asks for it does so at every login, and strangers could fill the log.
        if (outcome == Outcome.SourceNotAllowed && noticed.TryAdd(application.Name, true))
        {
            logger.DirectoryIsNotListed(application.Name);
        }
    }

    public void DatabaseIsUnavailable(Application application, Exception e) => logger.DatabaseIsUnavailable(application.Name, e.Message);

    public void Failed(Application application, Exception e) => logger.Failed(application.Name, e);
}

internal static partial class LoginLog
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Debug, Message = "{Application}: {Outcome}")]
    public static partial void Answered(this ILogger logger, string application, Outcome outcome);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning, Message = "{Application}: a client asked that a directory checks the password, but there is no such source; refused. This is said once per application")]
    public static partial void DirectoryIsNotListed(this ILogger logger, string application);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Error, Message = "{Application}: {Problem} The client was told that the service is unavailable")]
    public static partial void DatabaseIsUnavailable(this ILogger logger, string application, string problem);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Critical, Message = "{Application}: a login failed by a fault of Zaguan")]
    public static partial void Failed(this ILogger logger, string application, Exception fault);
}
