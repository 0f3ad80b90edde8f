using Zaguan.Admin.ApplicationPages;
using Zaguan.Admin.KeyPages;
using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Sources;

namespace Zaguan.Admin.Api;

/// <summary>What runs, with which contract, and what forward-auth would say.</summary>
internal static class ApplicationApi
{
    public static void MapApplicationApi(this WebApplication app)
    {
        var applications = app.Services.GetRequiredService<RunningApplications>();
        app.Ask("/applications", ApiScopes.ApplicationsRead, "What runs, and what is wrong with contract files.", List);
        app.Ask("/applications/{name}", ApiScopes.ApplicationsRead, "One application: its settings without secrets, its contract, and what it answers.", visit => WithApplication<ApplicationAnswer>(visit, a => ApplicationAnswer.Of(visit, a)));
        app.Ask(
            "/applications/{name}/verdict",
            ApiScopes.ApplicationsRead,
            "What the rules of forward-auth say of a request.",
            visit => WithApplication<VerdictAnswer>(visit, a =>
            {
                var asked = visit.Http.Request.Query;
                return new VerdictAnswer(KeyPageRoutes.Judge(a, asked["method"].ToString(), asked["path"].ToString(), asked["role"].ToString()));
            }),
            new ApiParameter("method", "As the client sends it: GET."),
            new ApiParameter("path", "Path and query as the client sends them."),
            new ApiParameter("role", "The user's role; absent: none."));

        Task<ApiAnswer<ApplicationsAnswer>> List(Visit visit) => Task.FromResult<ApiAnswer<ApplicationsAnswer>>(new ApplicationsAnswer(
            [.. applications.Table.Applications.Select(a => new RunningAnswer(a.Name, a.Realm, a.Contract.Name, a.Contract.Method, a.Path))],
            [.. applications.Problems.Select(p => p.ToString())]));

        Task<ApiAnswer<T>> WithApplication<T>(Visit visit, Func<Application, ApiAnswer<T>> answer)
            where T : class => Task.FromResult(applications.Table.Find(visit.Http.GetRouteValue("name") as string ?? "") is { } application ? answer(application) : ApiProblem.NothingThere("application"));
    }
}

internal sealed record ApplicationsAnswer(IReadOnlyList<RunningAnswer> Applications, [ApiField("Of contract files that were refused while others go on serving.")] IReadOnlyList<string> Problems);

internal sealed record RunningAnswer(string Name, string Realm, string Contract, string Method, string Path);

internal sealed record ApplicationAnswer(
    string Name,
    string Realm,
    string Contract,
    string Method,
    string Path,
    [ApiField("The host names it is reached by; empty: all.")] IReadOnlyList<string> Hosts,
    [ApiField("Who checks passwords, in this order.")] IReadOnlyList<Source> Sources,
    [ApiField("The old system's login endpoint; null: it is not asked.")] string? Upstream,
    [ApiField("The directory's servers; empty: none is asked.")] IReadOnlyList<string> Directory,
    [ApiField("In words: algorithm and lifetime.")] string Tokens,
    [ApiField("With what tokens are signed, in words and never it.")] string Secret,
    bool SetsCookie,
    [ApiField("Whose pages may log in beside its own; *: everybody's.")] IReadOnlyList<string> AllowedOrigins,
    bool DisclosesAccountState,
    [ApiField("What the contract's claims may name.")] IReadOnlyDictionary<string, string> Settings,
    [ApiField("The contract file; what a client proves itself with is ***.")] string ContractText,
    IReadOnlyList<ExampleAnswer> Outcomes)
{
    public static ApplicationAnswer Of(Visit visit, Application application) => new(
        application.Name,
        application.Realm,
        application.Contract.Name,
        application.Contract.Method,
        application.Path,
        application.Hosts,
        application.Sources,
        application.Upstream is { } upstream ? ApplicationWords.Endpoint(upstream) : null,
        [.. application.Directory?.Servers.Select(s => s.ToString()!) ?? []],
        ApplicationWords.Tokens(visit, application),
        ApplicationWords.Secret(visit, application),
        application.Cookie is not null,
        application.Cors is { AllowAnyOrigin: true } ? ["*"] : application.AllowedOrigins,
        application.DisclosesAccountState,
        application.Settings,
        new OneApplication(application, [], CanTry: false, null).ContractText,
        [.. ApplicationPages.Outcomes.Of(application, visit.Now).Select(o => new ExampleAnswer(o.Name, o.StandIn, o.Status, [.. o.Headers.Select(h => new HeaderAnswer(h.Name, h.Value))], o.Body))]);
}

internal sealed record ExampleAnswer(
    string Outcome,
    [ApiField("Whose answer it takes; null: it has one of its own.")] string? As,
    int Status,
    IReadOnlyList<HeaderAnswer> Headers,
    string Body);

internal sealed record HeaderAnswer(string Name, string Value);

internal sealed record VerdictAnswer(RuleVerdict Verdict);
