using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore;

/// <summary>No token, no claim, no secret.</summary>
internal static partial class ZaguanLog
{
    public static void NotAccepted(this ILogger logger, Verdict verdict)
    {
        if (verdict.Standing == Standing.Unknown)
        {
            logger.TokenNotJudged(verdict.Objection == TokenObjection.UnknownKey ? "its key" : "whether it was revoked");
        }
        else
        {
            logger.TokenRefused(verdict.Objection);
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Information, Message = "A token was refused: {Objection}")]
    private static partial void TokenRefused(this ILogger logger, TokenObjection objection);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Information, Message = "A token was neither accepted nor refused (503): {Unknown} is not known now")]
    private static partial void TokenNotJudged(this ILogger logger, string unknown);

    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "{Count} keys are believed, as {Document} has them")]
    public static partial void KeysTaken(this ILogger logger, int count, Uri document);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Warning, Message = "The keys that Zaguan publishes were not fetched; those of before stay believed. {Problem}")]
    public static partial void KeysNotFetched(this ILogger logger, string problem);

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "Revocations are not heard of now. {Problem}")]
    public static partial void RevocationsNotHeard(this ILogger logger, string problem);

    [LoggerMessage(EventId = 2202, Level = LogLevel.Error, Message = "Revocations cannot be followed. {Problem}")]
    public static partial void BackEndKeyRefused(this ILogger logger, string problem);

    [LoggerMessage(EventId = 2203, Level = LogLevel.Information, Message = "Revocations are heard of again, from {Feed}")]
    public static partial void RevocationsKnownAgain(this ILogger logger, Uri feed);

    [LoggerMessage(EventId = 2204, Level = LogLevel.Warning, Message = "Zaguan's list of revocations began anew: the last was number {Ours}, and is {Theirs} now. It is read from its beginning")]
    public static partial void ListBeganAnew(this ILogger logger, long ours, long theirs);
}
