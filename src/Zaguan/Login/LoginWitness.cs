using System.Collections.Concurrent;
using Zaguan.Applications;
using Zaguan.Commands;
using Zaguan.Comparison;
using Zaguan.Operations;

namespace Zaguan.Login;

/// <summary>What a login says while it happens: time, metrics, log. Never a password, an identifier or a token.</summary>
internal sealed class LoginWitness(TimeProvider clock, Telemetry telemetry, Setup setup, ILogger<LoginEndpoint> logger)
{
    private const int MostDifferencesLogged = 10;

    private readonly Pauses pauses = new(clock);

    private readonly ConcurrentDictionary<string, bool> noticed = new(StringComparer.Ordinal);

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The node that sees it.</summary>
    public string Node => setup.Node;

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
    public void Compared(Attempt attempt, Func<IReadOnlyList<Difference>> compare)
    {
        var application = attempt.Application.Name;
        try
        {
            var differences = compare();
            telemetry.Compared(application, differences.Count == 0 ? "same" : "different");
            var said = string.Join(", ", differences.Take(MostDifferencesLogged).Select(d => Printing.Printable($"{d.KindInWords} {d.At}".TrimEnd())));
            if (differences.Count > 0 && pauses.Times($"1005 {application} {said}") is > 0 and var times)
            {
                logger.AnswersDiffer(application, said, times);
            }
        }
        catch (Exception e)
        {
            // The attempt is settled and the client waits for a reply that is there: a fault of the comparison is no fault of the login.
            if (pauses.Times($"1004 {application}") > 0)
            {
                logger.Failed(application, e);
            }
        }
    }

    /// <summary>Of an application that is compared: the old system might have read it. It is not handed on, because nothing could be charged for it.</summary>
    public void Unread(Application application)
    {
        if (application.IsCompared)
        {
            telemetry.Compared(application.Name, "unread");
            if (pauses.Times($"1006 {application.Name}") is > 0 and var times)
            {
                logger.RequestIsNotHandedOn(application.Name, times);
            }
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

    [LoggerMessage(EventId = 1005, Level = LogLevel.Warning, Message = "{Application}: the old system and Zaguan answer differently ({Times} times since this was last said): {Differences}")]
    public static partial void AnswersDiffer(this ILogger logger, string application, string differences, long times);

    [LoggerMessage(EventId = 1006, Level = LogLevel.Warning, Message = "{Application}: {Times} requests since this was last said could not be read as the contract says, or could be read in two ways. Zaguan answered, and handed nothing on to the old system, which may have understood them")]
    public static partial void RequestIsNotHandedOn(this ILogger logger, string application, long times);

    [LoggerMessage(EventId = 1004, Level = LogLevel.Critical, Message = "{Application}: a login failed by a fault of Zaguan")]
    public static partial void Failed(this ILogger logger, string application, Exception fault);
}
