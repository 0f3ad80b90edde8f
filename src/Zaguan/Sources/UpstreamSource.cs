using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Zaguan.Applications;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>
/// Checks a password by asking the old system's own login endpoint, as its clients do. What the reply says of the user comes along, so that the user can be taken over.
/// </summary>
internal sealed class UpstreamSource(TimeProvider clock, ILogger<UpstreamSource> logger) : IDisposable
{
    // By application: its contract may change while the server runs; what is known of an old system that does not answer outlives that.
    private readonly ConcurrentDictionary<string, UpstreamClient> clients = new(StringComparer.Ordinal);

    public async Task<Verdict> VerifyAsync(Attempt attempt, CancellationToken deadline)
    {
        var upstream = attempt.Application.Upstream!;
        using var login = OutgoingLogin.Rendered(upstream, attempt.Identifier, attempt.Password);
        using var request = NewRequest(attempt, upstream);
        request.Headers.Add("Accept", "application/json");
        return Judge(attempt, upstream, await ClientOf(attempt.Application).AskAsync(request, login, deadline));
    }

    /// <summary>The client's own request, as it came, and the reply, to be handed on. Null: there is none.</summary>
    public async Task<(Verdict Verdict, Reply? Reply)> CompareAsync(Attempt attempt, CancellationToken deadline)
    {
        var upstream = attempt.Application.Upstream!;
        using var login = OutgoingLogin.AsItCame(attempt.Received!.Body);
        using var request = NewRequest(attempt, upstream);
        attempt.Received.CopyHeaders(request, login);
        var asked = await ClientOf(attempt.Application).AskAsync(request, login, deadline);
        return (Judge(attempt, upstream, asked), asked.Reply);
    }

    public void Dispose()
    {
        foreach (var client in clients.Values)
        {
            client.Dispose();
        }
    }

    private UpstreamClient ClientOf(Application application) =>
        clients.GetOrAdd(application.Name, _ => new(application.Upstream!.Deadline, application.Upstream.Authorities, clock));

    private static HttpRequestMessage NewRequest(Attempt attempt, Upstream upstream)
    {
        var request = new HttpRequestMessage(HttpMethod.Parse(upstream.Contract.Method), upstream.Url) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("X-Forwarded-For", attempt.Client.Address.ToString());
        return request;
    }

    private Verdict Judge(Attempt attempt, Upstream upstream, Asked asked)
    {
        var application = attempt.Application.Name;
        switch (asked)
        {
            case { Reply: { } reply } when upstream.Replies.Read(reply.Status, reply.Body) is { } recognised:
                return Judge(attempt, upstream, recognised);
            case { Reply: { } reply }:
                logger.UpstreamNotUnderstood(application, reply.Status, reply.MediaType, ReplyReader.ShapeOf(reply.Body));
                return new(Outcome.SourceUnclear);
            case { WasSent: true }:
                logger.UpstreamLost(application, asked.Failure!);
                return new(Outcome.SourceUnclear);
            default:
                logger.UpstreamNotAsked(application, asked.Failure!);
                return new(Outcome.SourceUnavailable);
        }
    }

    private Verdict Judge(Attempt attempt, Upstream upstream, Recognition recognised)
    {
        switch (recognised.Answer)
        {
            case AnswerName.Granted:
                return Grant(attempt, upstream, recognised.Bindings);
            case AnswerName.UnknownUser:
                return new(Outcome.UnknownUser);
            case AnswerName.WrongPassword or AnswerName.Refused:
                return new(Outcome.WrongPassword);
            case AnswerName.Inactive:
                return new(Outcome.Inactive);
            case AnswerName.Locked or AnswerName.Throttled:
                return new(Outcome.LockedAtSource);
            default:
                // It says itself that it failed, or that it does not understand a request which its contract allows.
                logger.UpstreamFailed(attempt.Application.Name, recognised.Answer);
                return new(Outcome.SourceUnclear);
        }
    }

    private Verdict Grant(Attempt attempt, Upstream upstream, Bindings said)
    {
        var profile = ProfileOf(attempt, upstream.Contract.Identifies, said);
        if (ObjectionTo(profile) is { } objection)
        {
            logger.UpstreamUserCannotBeKept(attempt.Application.Name, objection);
            return new(Outcome.SourceUnclear);
        }

        // Databases that take "jose" for "José" would give an account as many budgets as its name has spellings.
        var named = upstream.Contract.Identifies == Identifies.Email ? profile.Email : profile.Username;
        if (named is null || attempt.Key is not { } typed || !string.Equals(Names.TryKey(named), typed, StringComparison.Ordinal))
        {
            logger.UpstreamNamedAnother(attempt.Application.Name);
            return new(Outcome.WrongPassword);
        }

        return new(Outcome.Granted, null, profile);
    }

    private static Profile ProfileOf(Attempt attempt, Identifies identifies, Bindings said)
    {
        var email = said.Text("user.email") ?? (identifies == Identifies.Email ? attempt.Identifier.Trim() : null);
        var (givenName, familyName) = (said.Text("user.givenName"), said.Text("user.familyName"));
        if (givenName is null && familyName is null && said.Text("user.fullName") is { } fullName)
        {
            // Put together again, it reads as it came.
            (givenName, familyName) = fullName.Split(' ', 2) is [var first, { Length: > 0 } rest] ? (first, rest) : (fullName, null);
        }

        return new(Source.Upstream, said.Text("user.username") ?? (identifies == Identifies.Username ? attempt.Identifier.Trim() : email!))
        {
            Number = said.Number("user.number"),
            Id = said.Text("user.id"),
            Email = email,
            Phone = said.Text("user.phone"),
            GivenName = givenName,
            FamilyName = familyName,
            RoleNumber = said.Number("role.number"),
            RoleName = said.Text("role.name"),
            Attributes = AttributesOf(said),
        };
    }

    private static string? AttributesOf(Bindings said)
    {
        var attributes = said.Attributes.ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal);
        return attributes.Count == 0 ? null : JsonSerializer.Serialize(attributes);
    }

    /// <summary>Why it cannot be stored, as a sentence that repeats nothing of it.</summary>
    private static string? ObjectionTo(Profile profile) =>
        Names.Objection("A user name", profile.Username)
        ?? (profile.Email is { } email && (Names.Objection("An e-mail address", email) is not null || !Names.IsEmail(email)) ? "An e-mail address has a name, an at sign and a host." : null)
        ?? new[] { ("An id", profile.Id), ("A phone number", profile.Phone), ("A given name", profile.GivenName), ("A family name", profile.FamilyName), ("A role", profile.RoleName) }
            .Select(field => field.Item2 is { } value ? Names.Objection(field.Item1, value) : null).FirstOrDefault(objection => objection is not null)
        ?? (profile.Attributes is { } attributes && Encoding.UTF8.GetByteCount(attributes) > Names.MostAttributeBytes ? $"The attributes of a user have at most {Names.MostAttributeBytes} bytes." : null);
}

internal static partial class UpstreamLog
{
    [LoggerMessage(EventId = 1221, Level = LogLevel.Error, Message = "{Application}: the old system could not be asked: {Why}. Nobody was told that a password is wrong")]
    public static partial void UpstreamNotAsked(this ILogger logger, string application, string why);

    [LoggerMessage(EventId = 1222, Level = LogLevel.Error, Message = "{Application}: the old system was asked and gave no whole reply: {Why}. Nobody was told that a password is wrong")]
    public static partial void UpstreamLost(this ILogger logger, string application, string why);

    [LoggerMessage(EventId = 1223, Level = LogLevel.Error, Message = "{Application}: the old system replied something that is none of its contract's answers: status {Status}, {ContentType}, {Shape}")]
    public static partial void UpstreamNotUnderstood(this ILogger logger, string application, int status, string contentType, string shape);

    [LoggerMessage(EventId = 1224, Level = LogLevel.Warning, Message = "{Application}: the old system answered \"{Answer}\" to a login")]
    public static partial void UpstreamFailed(this ILogger logger, string application, AnswerName answer);

    [LoggerMessage(EventId = 1225, Level = LogLevel.Error, Message = "{Application}: the old system granted a login, but what it says of the user cannot be kept: {Problem}")]
    public static partial void UpstreamUserCannotBeKept(this ILogger logger, string application, string problem);

    [LoggerMessage(EventId = 1226, Level = LogLevel.Warning, Message = "{Application}: the old system granted a login to a user who is called otherwise than the client typed; refused. Names that differ in accents are two names here")]
    public static partial void UpstreamNamedAnother(this ILogger logger, string application);
}
