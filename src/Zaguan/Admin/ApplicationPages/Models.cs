using System.Text.Json;
using Zaguan.Applications;
using Zaguan.Comparison;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Admin.ApplicationPages;

/// <param name="Problems">Of contract files that were refused while others go on serving.</param>
internal sealed record RunningNow(ApplicationTable Table, IReadOnlyList<Problem> Problems);

/// <param name="CanTry">Its requests can be written here, and the server knows where it listens.</param>
/// <param name="Tried">The login that was just tried out; null: none was.</param>
internal sealed record OneApplication(Application Application, IReadOnlyList<OutcomeExample> Outcomes, bool CanTry, Tried? Tried)
{
    /// <summary>The contract file. What a client proves itself with may stand in one, and is not shown.</summary>
    public string ContractText { get; } = Application.Contract.Decoder.Rules.Fields.Where(f => Proof.IsIn(f) && f.Constant.ValueKind == JsonValueKind.String)
        .Aggregate(Application.Contract.Written.Text, (text, field) => text.Replace(field.Constant.GetRawText(), "\"***\"", StringComparison.Ordinal));
}

/// <summary>What a client proves itself with, where a contract has it written down.</summary>
internal static class Proof
{
    /// <summary>A constant that is sent in credentials, in a header, or under a name that says so: an API key, say.</summary>
    public static bool IsIn(FieldRule field) => field.Role == FieldRole.Constant
        && (field.IsSecret || field.Places.Any(p => p.Kind is PlaceKind.Header or PlaceKind.Basic || SecretNames.Has(p.Written)));
}

/// <summary>What an outcome is answered.</summary>
/// <param name="StandIn">Whose answer it takes; null: it has one of its own.</param>
internal sealed record OutcomeExample(string Name, string? StandIn, int Status, IReadOnlyList<(string Name, string Value)> Headers, string Body);

internal static class Outcomes
{
    /// <summary>Nobody in particular logs in; nothing is signed and nothing is stored.</summary>
    public static IReadOnlyList<OutcomeExample> Of(Application application, DateTimeOffset now)
    {
        var trial = new Trial(application.AsAnswered, TrialUser.Somebody.ToUser(), now);
        return [.. trial.Names.Select(name => Of(trial, name))];
    }

    private static OutcomeExample Of(Trial trial, AnswerName name)
    {
        var (answer, standIn) = (trial.Answer(name), trial.StandIn(name));
        return new(
            RecordReader.SpellingOf(name),
            standIn == name ? null : RecordReader.SpellingOf(standIn),
            answer.Status,
            [.. answer.Headers().SelectMany(h => h.Value.Select(v => (h.Key, v ?? "")))],
            Trial.Legible(answer.Body));
    }
}

/// <summary>How settings of applications are said.</summary>
internal static class ApplicationWords
{
    public static string Tokens(Visit visit, Application application)
    {
        if (application.Tokens is not { } tokens)
        {
            return visit.Say("ninguno", "none");
        }

        var lasts = Lasts(tokens.Lifetime);
        return tokens.Issuer is null
            ? visit.Say($"opaco, {lasts}", $"opaque, {lasts}")
            : $"{RecordReader.SpellingOf(application.Contract.Token!.Algorithm)}, {lasts}";
    }

    /// <summary>With what tokens are signed, and never it.</summary>
    public static string Secret(Visit visit, Application application) => application.Tokens switch
    {
        null => "—",
        { SignsWithOwnKeys: true } => visit.Say("clave propia de Zaguán", "a key of Zaguan's own"),
        { Issuer: null } => visit.Say("no hace falta", "none is needed"),
        _ => visit.Say("configurado", "set"),
    };

    /// <summary>Without what may stand before the host: a user and a password.</summary>
    public static string Endpoint(Sources.Upstream upstream) => upstream.Url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);

    public static string Lasts(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } when time.Ticks % TimeSpan.TicksPerDay == 0 => $"{(long)time.TotalDays} d",
        { TotalHours: >= 1 } when time.Ticks % TimeSpan.TicksPerHour == 0 => $"{(long)time.TotalHours} h",
        { TotalMinutes: >= 1 } when time.Ticks % TimeSpan.TicksPerMinute == 0 => $"{(long)time.TotalMinutes} min",
        _ => $"{(long)time.TotalSeconds} s",
    };

    public static string List(Visit visit, IReadOnlyCollection<string> some, string spanish, string english) => some.Count == 0 ? visit.Say(spanish, english) : string.Join(", ", some);

    public static string Outcome(Visit visit, string name) => name switch
    {
        "granted" => visit.Say("Puede entrar", "Granted"),
        "refused" => visit.Say("No puede entrar", "Refused"),
        "failed" => visit.Say("Algo ha fallado", "Something failed"),
        "unknownUser" => visit.Say("Nadie se llama así", "Unknown user"),
        "wrongPassword" => visit.Say("La contraseña no es correcta", "Wrong password"),
        "inactive" => visit.Say("Está desactivado", "Disabled"),
        "locked" => visit.Say("La cuenta está bloqueada", "Account locked"),
        "throttled" => visit.Say("Demasiados intentos desde una dirección", "Too many attempts from an address"),
        "malformed" => visit.Say("La petición no se puede leer", "The request cannot be read"),
        "invalid" => visit.Say("Falta un dato o no vale", "A field is missing or wrong"),
        "busy" => visit.Say("El servidor está ocupado", "The server is busy"),
        "unavailable" => visit.Say("No se puede comprobar ahora", "It cannot be checked now"),
        "wrongMethod" => visit.Say("No es una petición de entrada", "Not a login request"),
        _ => name,
    };
}
