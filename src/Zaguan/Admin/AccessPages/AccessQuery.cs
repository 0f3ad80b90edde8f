using System.Globalization;
using System.Net;
using Zaguan.AccessLog;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Reading;

namespace Zaguan.Admin.AccessPages;

/// <summary>What the form of the access log asks for, as the address of the page has it.</summary>
internal sealed record AccessQuery
{
    private const string TimeField = "yyyy-MM-dd'T'HH:mm";

    private static readonly string[] TimeFields = [TimeField, "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.fff"];

    private static readonly string[] ZonedTimes = [.. TimeFields.Select(f => f + "zzz"), .. TimeFields.Select(f => f + "'Z'")];

    private static readonly Dictionary<string, Outcome> Outcomes = Enum.GetValues<Outcome>().ToDictionary(o => RecordReader.SpellingOf(o), StringComparer.Ordinal);

    public required string From { get; init; }

    public required string Until { get; init; }

    public required string Application { get; init; }

    public required string Outcome { get; init; }

    public required string User { get; init; }

    public required bool IsAsSent { get; init; }

    public required string Address { get; init; }

    public long? Before { get; init; }

    /// <summary>What of it cannot be understood, in sentences: nothing is searched then.</summary>
    public required IReadOnlyList<Objection> Objections { get; init; }

    public required AccessLogFilter Filter { get; init; }

    public static AccessQuery Read(Visit visit, int most)
    {
        var query = visit.Http.Request.Query;
        // Longer than any of them is; a longer one finds nothing either.
        string Field(string name) => query[name].ToString().Trim() is { Length: <= 512 } text ? text.Replace("\0", "", StringComparison.Ordinal) : "";
        var (from, until, application, outcome, user, address) = (Field("from"), Field("until"), Field("application"), Field("outcome"), Field("user"), Field("address"));
        var isAsSent = Field("sent").Length > 0;
        long? before = long.TryParse(Field("before"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
        var objections = new List<Objection>();
        return new()
        {
            From = from,
            Until = until,
            Application = application,
            Outcome = outcome,
            User = user,
            IsAsSent = isAsSent,
            Address = address,
            Before = before,
            Objections = objections,
            Filter = new()
            {
                Since = Instant(visit, "from", from, objections),
                Until = Instant(visit, "until", until, objections),
                Application = application.Length == 0 ? null : application,
                Outcome = OutcomeOf(visit, outcome, objections),
                User = user.Length == 0 ? null : user,
                UserIsAsSent = isAsSent,
                Address = AddressOf(visit, address, objections),
                Before = before,
                Most = most,
            },
        };
    }

    /// <summary>The same question at another page.</summary>
    public string Path(string page, params IEnumerable<(string Name, string Value)> more)
    {
        (string Name, string Value)[] own = [("from", From), ("until", Until), ("application", Application), ("outcome", Outcome), ("user", User), ("sent", IsAsSent ? "1" : ""), ("address", Address)];
        var fields = own.Where(f => f.Value.Length > 0).Concat(more).Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value)}").ToList();
        return fields.Count == 0 ? page : $"{page}?{string.Join('&', fields)}";
    }

    public string Older(long before) => Path(AccessRoutes.AccessLog, ("before", before.ToString(CultureInfo.InvariantCulture)));

    /// <summary>With a zone (RFC 3339), or as the browser's field has it: without one, so it is the server's.</summary>
    private static long? Instant(Visit visit, string field, string text, List<Objection> objections)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (DateTime.TryParseExact(text, TimeFields, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local) && local.Year is > 1970 and < 9999)
        {
            return new DateTimeOffset(local, TimeZoneInfo.Local.GetUtcOffset(local)).ToUnixTimeMilliseconds();
        }

        if (DateTimeOffset.TryParseExact(text, ZonedTimes, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant) && instant.Year is > 1970 and < 9999)
        {
            return instant.ToUnixTimeMilliseconds();
        }

        objections.Add(new(field, visit.Say($"«{text}» no es una fecha y hora: escríbala así: 2026-03-01T08:00.", $"“{text}” is no date and time: write it like 2026-03-01T08:00.")));
        return null;
    }

    private static Outcome? OutcomeOf(Visit visit, string text, List<Objection> objections)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (Outcomes.TryGetValue(text, out var outcome))
        {
            return outcome;
        }

        objections.Add(new("outcome", visit.Say($"No hay ningún resultado «{text}»: elija uno de la lista.", $"There is no outcome “{text}”: choose one of the list.")));
        return null;
    }

    private static string? AddressOf(Visit visit, string text, List<Objection> objections)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            return Addresses.Plain(address).ToString();
        }

        objections.Add(new("address", visit.Say($"«{text}» no es una dirección: escriba una como 192.168.1.20 o 2001:db8::1.", $"“{text}” is no address: write one like 192.168.1.20 or 2001:db8::1.")));
        return null;
    }
}
