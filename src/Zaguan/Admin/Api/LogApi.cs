using System.Text.Json;
using Zaguan.AccessLog;
using Zaguan.Admin.AccessPages;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Admin.Api;

/// <summary>Who tried to log in, from where, and what administrators and keys did.</summary>
internal static class LogApi
{
    private const int RecordsOfAPage = 200;

    private static readonly ApiParameter[] Filter =
    [
        new("from", "Not before this instant: 2026-03-01T08:00:00Z."),
        new("until", "Before this instant."),
        new("application", "Only of this application."),
        new("outcome", "Only what became so of.", [.. Enum.GetValues<Outcome>().Select(o => RecordReader.SpellingOf(o))]),
        new("user", "Only of this user, by name or e-mail address; where nobody is called so, of whoever wrote that."),
        new("sent", "1: look for the name as it was written, even where somebody is called so.", "1"),
        new("address", "Only from this address."),
    ];

    public static void MapLogApi(this WebApplication app)
    {
        var (search, audit) = (app.Services.GetRequiredService<AccessLogSearch>(), app.Services.GetRequiredService<AuditLog>());
        app.Ask("/access-log", ApiScopes.LogRead, "Attempts to log in, the newest first, two hundred at a time.", FindAsync, [.. Filter, new("before", "Records before this id: the \"next\" of the page before.")]);
        app.Ask("/access-log/addresses", ApiScopes.LogRead, "The addresses with the most failures among the newest attempts of a time.", CountAsync, Filter);
        app.Ask("/audit-log", ApiScopes.AuditRead, "What was done, by whom and from where, the newest first, two hundred at a time.", ListAsync, new ApiParameter("before", "Entries before this id: the \"next\" of the page before."));

        async Task<ApiAnswer<AccessLogAnswer>> FindAsync(Visit visit)
        {
            var query = AccessQuery.Read(visit, RecordsOfAPage);
            if (Wrong(query) is { } problem)
            {
                return problem;
            }

            var found = await search.FindAsync(query.Filter);
            return new AccessLogAnswer([.. found.Records.Select(AttemptAnswer.Of)], found.Next, found.SearchedTo is { } to ? ApiRoutes.Instant(to) : null);
        }

        async Task<ApiAnswer<AddressesAnswer>> CountAsync(Visit visit)
        {
            var query = AccessQuery.Read(visit, RecordsOfAPage);
            if (Wrong(query) is { } problem)
            {
                return problem;
            }

            var failures = await search.CountByAddressAsync(query.Filter);
            return new AddressesAnswer(
                [.. failures.Addresses.Select(a => new AddressAnswer(a.Address, a.Failures, ApiRoutes.Instant(a.Latest)))],
                failures.CountedFrom is { } from ? ApiRoutes.Instant(from) : null);
        }

        async Task<ApiAnswer<AuditLogAnswer>> ListAsync(Visit visit)
        {
            var entries = await audit.ListAsync(ApiRoutes.Before(visit), RecordsOfAPage);
            return new AuditLogAnswer([.. entries.Select(AuditAnswer.Of)], entries.Count == RecordsOfAPage ? entries[^1].Id : null);
        }
    }

    private static ApiProblem? Wrong(AccessQuery query) => query.Objections.Count == 0
        ? null
        : ApiProblem.Of(StatusCodes.Status400BadRequest, "The query cannot be understood; \"errors\" says what is wrong.", [.. query.Objections.Select(o => ApiFault.In(o.Field, o.Sentence))]);
}

internal sealed record AccessLogAnswer(
    IReadOnlyList<AttemptAnswer> Attempts,
    [ApiField("For \"before\": where the next page begins; null: that was all.")] long? Next,
    [ApiField("Where fewer were found than a page holds and not all was read: the instant that was reached.")] DateTimeOffset? SearchedTo);

internal sealed record AttemptAnswer(
    long Id,
    DateTimeOffset At,
    string Application,
    string Realm,
    [ApiField("As the client sent it, at most 256 bytes.")] string Identifier,
    [ApiField("The user's name today; null: the identifier meant nobody.")] string? User,
    Outcome Outcome,
    string Address,
    string? Platform,
    string? UserAgent,
    string? ClientInfo,
    [ApiField("The node that answered.")] string? Node)
{
    public static AttemptAnswer Of(AccessRecord record) => new(
        record.Id,
        ApiRoutes.Instant(record.At),
        record.Application,
        record.Realm,
        record.Identifier,
        record.Username,
        record.Outcome,
        record.Address,
        record.Platform,
        record.UserAgent,
        record.ClientInfo,
        record.Node);
}

internal sealed record AddressesAnswer(
    IReadOnlyList<AddressAnswer> Addresses,
    [ApiField("Where there are more attempts than are counted: from when on they are.")] DateTimeOffset? CountedFrom);

internal sealed record AddressAnswer(string Address, long Failures, DateTimeOffset Latest);

internal sealed record AuditLogAnswer(IReadOnlyList<AuditAnswer> Entries, [ApiField("For \"before\": where the next page begins; null: that was all.")] long? Next);

internal sealed record AuditAnswer(
    long Id,
    DateTimeOffset At,
    [ApiField("An administrator, or a key as NAME (zgk_ID); empty: somebody who did not enter, or who sits at the machine itself.")] string Who,
    string? Address,
    [ApiField("What was done.")] string Action,
    [ApiField("To what: realm/user name for a user.")] string Object,
    [ApiField("What was there before, without secrets; null where there is nothing to compare.")] JsonElement? Before,
    [ApiField("What was there afterwards, without secrets; null where there is nothing to compare.")] JsonElement? After)
{
    public static AuditAnswer Of(AuditEntry entry) => new(entry.Id, ApiRoutes.Instant(entry.At), entry.Who, entry.Address, entry.Action, entry.Object, Parsed(entry.Before), Parsed(entry.After));

    private static JsonElement? Parsed(string? json) => json is null ? null : JsonElement.Parse(json);
}
