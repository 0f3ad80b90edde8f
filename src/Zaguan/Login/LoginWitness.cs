using System.Collections.Concurrent;
using Zaguan.Applications;
using Zaguan.Commands;
using Zaguan.Comparison;
using Zaguan.Operations;

namespace Zaguan.Login;

/// <summary>What a login says while it happens: time, metrics, log. Never a password, an identifier or a token.</summary>
internal sealed class LoginWitness(TimeProvider clock, Telemetry telemetry, ILogger<LoginEndpoint> logger)
{
    private const int MostDifferencesLogged = 10;

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

    /// <summary>Where and how the old system's reply and ours differ. What they say is not logged: it may be anybody's data.</summary>
    public void Compared(Application application, IReadOnlyList<Difference> differences)
    {
        telemetry.Compared(application.Name, differences.Count == 0 ? "same" : "different");
        if (differences.Count > 0)
        {
            logger.AnswersDiffer(application.Name, string.Join(", ", differences.Take(MostDifferencesLogged).Select(d => Printing.Printable($"{d.KindInWords} {d.At}".TrimEnd()))));
        }
    }

    /// <summary>Of an application that is compared: the old system might have read it. It is not handed on, because nothing could be charged for it.</summary>
    public void Unread(Application application)
    {
        if (application.IsCompared)
        {
            telemetry.Compared(application.Name, "unread");
            logger.RequestIsNotHandedOn(application.Name);
        }
    }

    public void DatabaseIsUnavailable(Application application, Exception e) => logger.DatabaseIsUnavailable(application.Name, e.Message);

    public void Failed(Application application, Exception e) => logger.Failed(application.Name, e);
}

internal static partial class LoginLog
{
    [LoggerMessage(EventId = 1001, Level = LogLevel.Debug, Message = "{Application}: {Outcome}")]
    public static partial void Answered(this ILogger logger, string application, Outcome outcome);

    [LoggerMessage(EventId = 1002, Level = LogLevel.Warning, Message = "{Application}: a client asked that a directory checks the password, but the application does not list the source ldap; refused. This is said once per application")]
    public static partial void DirectoryIsNotListed(this ILogger logger, string application);

    [LoggerMessage(EventId = 1003, Level = LogLevel.Error, Message = "{Application}: {Problem} The client was told that the service is unavailable")]
    public static partial void DatabaseIsUnavailable(this ILogger logger, string application, string problem);

    [LoggerMessage(EventId = 1005, Level = LogLevel.Warning, Message = "{Application}: the old system and Zaguan answer differently: {Differences}")]
    public static partial void AnswersDiffer(this ILogger logger, string application, string differences);

    [LoggerMessage(EventId = 1006, Level = LogLevel.Warning, Message = "{Application}: a request could not be read as its contract says. It was answered by Zaguan and not handed on to the old system, which may have understood it")]
    public static partial void RequestIsNotHandedOn(this ILogger logger, string application);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Critical, Message = "{Application}: a login failed by a fault of Zaguan")]
    public static partial void Failed(this ILogger logger, string application, Exception fault);
}
