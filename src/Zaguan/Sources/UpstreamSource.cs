using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Zaguan.Applications;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>
/// Checks a password by asking the old system's own login endpoint, as its clients do. What the reply says of the user comes along, so that the user can be taken over.
/// </summary>
internal sealed class UpstreamSource(TimeProvider clock, ILogger<UpstreamSource> logger) : IDisposable
{
    private readonly Pauses pauses = new(clock);

    // By application: its contract may change while the server runs; what is known of an old system that does not answer outlives that.
    private readonly ConcurrentDictionary<string, UpstreamClient> clients = new(StringComparer.Ordinal);

    public async Task<Verdict> VerifyAsync(Attempt attempt, CancellationToken deadline)
    {
        var upstream = attempt.Application.Upstream!;
        // The fields are the client's own, where it speaks the same contract.
        var fields = ReferenceEquals(upstream.Contract, attempt.Application.Contract) ? attempt.Fields : null;
        using var login = OutgoingLogin.Rendered(upstream.Contract, attempt.Identifier, attempt.Password, fields);
        using var request = NewRequest(attempt, upstream);
        foreach (var (name, value) in upstream.Contract.Decoder.Writer.Headers(fields))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

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
        var verdict = Judge(attempt, upstream, asked);
        // Somebody else's success is nobody's to hand on.
        return (verdict, verdict.IsAnothers ? null : asked.Reply);
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
            case { Reply: { } reply } when upstream.Replies.Read(reply.Status, reply.Body, reply.Headers.Location) is { } recognised:
                return Judge(attempt, upstream, recognised);
            case { Reply: { } reply }:
                if (pauses.Times($"1223 {application}") is > 0 and var unread)
                {
                    logger.UpstreamNotUnderstood(application, unread, reply.Status, reply.MediaType, ReplyReader.ShapeOf(reply.Body));
                }

                return new(Outcome.SourceUnclear);
            case { WasSent: true }:
                if (pauses.Times($"1222 {application} {asked.Failure}") is > 0 and var lost)
                {
                    logger.UpstreamLost(application, lost, asked.Failure!);
                }

                return new(Outcome.SourceUnclear);
            default:
                if (pauses.Times($"1221 {application} {asked.Failure}") is > 0 and var missed)
                {
                    logger.UpstreamNotAsked(application, missed, asked.Failure!);
                }

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
            case AnswerName.Inactive when upstream.Contract.InactiveBeforePassword && !attempt.Application.Contract.InactiveBeforePassword:
                // It said so without a look at the password; this contract says it only to whoever has the right one.
                return new(Outcome.WrongPassword);
            case AnswerName.Inactive:
                return new(Outcome.Inactive);
            case AnswerName.Locked or AnswerName.Throttled:
                return new(Outcome.LockedAtSource);
            default:
                // It says itself that it failed, or that it does not understand a request which its contract allows.
                if (pauses.Times($"1224 {attempt.Application.Name}") is > 0 and var times)
                {
                    logger.UpstreamFailed(attempt.Application.Name, times, recognised.Answer);
                }

                return new(Outcome.SourceUnclear);
        }
    }

    private Verdict Grant(Attempt attempt, Upstream upstream, Bindings said)
    {
        var profile = ProfileOf(attempt, upstream.Contract, said);
        if (ObjectionTo(profile) is { } objection)
        {
            logger.UpstreamUserCannotBeKept(attempt.Application.Name, objection);
            return new(Outcome.SourceUnclear);
        }

        // Databases that take "jose" for "José" would give an account as many budgets as its name has spellings.
        var named = NamesOf(upstream.Contract).Select(name => said.Text(name) ?? said.Number(name)?.ToString(CultureInfo.InvariantCulture)).OfType<string>().ToList();
        if (attempt.Key is not { } typed || !named.Exists(n => string.Equals(Names.TryKey(n), typed, StringComparison.Ordinal)))
        {
            logger.UpstreamNamedAnother(attempt.Application.Name);
            return new(Outcome.WrongPassword) { IsAnothers = true };
        }

        return new(Outcome.Granted, null, profile);
    }

    /// <summary>The placeholders of what an identifier may be.</summary>
    public static IReadOnlyList<string> NamesOf(Contract contract) => contract.Identifies switch
    {
        Identifies.Username => ["user.username"],
        Identifies.Email => ["user.email"],
        Identifies.Either => ["user.username", "user.email"],
        Identifies.Attribute => [Vocabulary.AttributePrefix + contract.Attribute],
    };

    private static Profile ProfileOf(Attempt attempt, Contract contract, Bindings said)
    {
        var (givenName, familyName) = (Field("user.givenName"), Field("user.familyName"));
        if (givenName is null && familyName is null && Field("user.fullName") is { } fullName)
        {
            // Put together again, it reads as it came.
            (givenName, familyName) = fullName.Split(' ', 2) is [var first, { Length: > 0 } rest] ? (first, rest) : (fullName, null);
        }

        return new(Source.Upstream, said.Text("user.username") ?? NamesOf(contract).Select(said.Text).FirstOrDefault(n => n is not null) ?? attempt.Identifier.Trim())
        {
            Number = said.Number("user.number"),
            Id = said.Text("user.id"),
            Email = contract.Identifies == Identifies.Email ? said.Text("user.email") : Field("user.email") is { } email && Names.IsEmail(email) ? email : null,
            Phone = Field("user.phone"),
            GivenName = givenName,
            FamilyName = familyName,
            RoleNumber = said.Number("role.number"),
            RoleName = Field("role.name"),
            Attributes = AttributesOf(said),
        };

        string? Field(string name) => Profile.Storable(said.Text(name));
    }

    private static string? AttributesOf(Bindings said)
    {
        var attributes = said.Attributes.ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal);
        return attributes.Count == 0 ? null : Profile.StorableAttributes(JsonSerializer.Serialize(attributes));
    }

    /// <summary>Why somebody cannot be stored by what clients know people by, as a sentence that repeats nothing of it.</summary>
    private static string? ObjectionTo(Profile profile) =>
        Names.Objection("A user name", profile.Username)
        ?? (profile.Email is { } email && (Names.Objection("An e-mail address", email) is not null || !Names.IsEmail(email)) ? "An e-mail address has a name, an at sign and a host." : null)
        ?? (profile.Id is { } id ? Names.Objection("An id", id) : null);
}

internal static partial class UpstreamLog
{
    [LoggerMessage(EventId = 1221, Level = LogLevel.Error, Message = "{Application}: the old system could not be asked ({Times} times since this was last said): {Why}. Nobody was told that a password is wrong")]
    public static partial void UpstreamNotAsked(this ILogger logger, string application, long times, string why);

    [LoggerMessage(EventId = 1222, Level = LogLevel.Error, Message = "{Application}: the old system was asked and gave no whole reply ({Times} times since this was last said): {Why}. Nobody was told that a password is wrong")]
    public static partial void UpstreamLost(this ILogger logger, string application, long times, string why);

    [LoggerMessage(EventId = 1223, Level = LogLevel.Error, Message = "{Application}: the old system replied something that is none of its contract's answers ({Times} times since this was last said): status {Status}, {ContentType}, {Shape}")]
    public static partial void UpstreamNotUnderstood(this ILogger logger, string application, long times, int status, string contentType, string shape);

    [LoggerMessage(EventId = 1224, Level = LogLevel.Warning, Message = "{Application}: the old system answered \"{Answer}\" to a login ({Times} times since this was last said)")]
    public static partial void UpstreamFailed(this ILogger logger, string application, long times, AnswerName answer);

    [LoggerMessage(EventId = 1225, Level = LogLevel.Error, Message = "{Application}: the old system granted a login, but what it says of the user cannot be kept: {Problem}")]
    public static partial void UpstreamUserCannotBeKept(this ILogger logger, string application, string problem);

    [LoggerMessage(EventId = 1226, Level = LogLevel.Warning, Message = "{Application}: the old system granted a login to a user who is called otherwise than the client typed; refused. Names that differ in accents are two names here")]
    public static partial void UpstreamNamedAnother(this ILogger logger, string application);
}
