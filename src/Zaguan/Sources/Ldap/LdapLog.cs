namespace Zaguan.Sources.Ldap;

internal static partial class LdapLog
{
    [LoggerMessage(EventId = 1211, Level = LogLevel.Warning, Message = "Directory {Directory}: the server {Server} cannot be asked: {Why} The others are tried before it for a while. \"zaguan doctor\" says what is wrong")]
    public static partial void ServerFailed(this ILogger logger, string directory, Uri server, string why);

    [LoggerMessage(EventId = 1212, Level = LogLevel.Error, Message = "Directory {Directory}: it fails again and again, and is left alone for {Seconds} s; logins are told that it cannot be asked")]
    public static partial void DirectoryLeftAlone(this ILogger logger, string directory, double seconds);

    [LoggerMessage(EventId = 1213, Level = LogLevel.Information, Message = "Directory {Directory}: it answers again")]
    public static partial void DirectoryIsBack(this ILogger logger, string directory);

    [LoggerMessage(EventId = 1214, Level = LogLevel.Error, Message = "Directory {Directory}: the service account {Account} is not let in: {Why}. It is tried again in {Minutes} minutes, so that the directory does not lock it; nobody can log in until then")]
    public static partial void ServiceAccountRefused(this ILogger logger, string directory, string account, string why, double minutes);

    [LoggerMessage(EventId = 1215, Level = LogLevel.Error, Message = "Directory {Directory}: {Why}")]
    public static partial void LookingFailed(this ILogger logger, string directory, string why);

    [LoggerMessage(EventId = 1216, Level = LogLevel.Warning, Message = "Directory {Directory}: a login was refused for a reason that is not understood (data {Code}); whether the password was right, nobody knows")]
    public static partial void RefusalNotUnderstood(this ILogger logger, string directory, string code);

    [LoggerMessage(EventId = 1217, Level = LogLevel.Warning, Message = "Directory {Directory}: more logins ask than it answers: {Threads} are asking and {Waiting} wait; others are told that it cannot be asked. This is said once a minute at most")]
    public static partial void DirectoryIsBusy(this ILogger logger, string directory, int threads, int waiting);
}
