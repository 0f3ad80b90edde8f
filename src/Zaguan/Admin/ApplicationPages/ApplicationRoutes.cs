using Zaguan.Admin.Entering;
using Zaguan.Admin.Pages;
using Zaguan.Applications;

namespace Zaguan.Admin.ApplicationPages;

/// <summary>What runs, with which contract, and a login tried out.</summary>
internal static class ApplicationRoutes
{
    public const string List = "/zaguan/applications";

    public static string Of(string application) => $"{List}/{application}";

    public static void MapApplicationPages(this WebApplication app)
    {
        var (applications, tryOut) = (app.Services.GetRequiredService<RunningApplications>(), app.Services.GetRequiredService<TryOut>());

        app.Page(List, AdminRole.Auditor, visit => Task.FromResult<IResult>(Admin.Page.Of<ApplicationsPage>(visit, new RunningNow(applications.Table, [.. applications.Problems]))));
        app.Page($"{List}/{{name}}", AdminRole.Auditor, visit => Task.FromResult<IResult>(Find(visit, applications) is { } application ? Show(visit, application, tryOut, null) : Nothing(visit)));
        app.Act($"{List}/{{name}}", AdminRole.Operator, async visit =>
        {
            if (Find(visit, applications) is not { } application)
            {
                return Nothing(visit);
            }

            var (identifier, password) = (await EnteringRoutes.FieldAsync(visit, "identifier"), await EnteringRoutes.FieldAsync(visit, "password"));
            return Show(visit, application, tryOut, await tryOut.SendAsync(visit, application, identifier, password, await FieldsAsync(visit, application)));
        });
    }

    private static Application? Find(Visit visit, RunningApplications applications) => applications.Table.Find(visit.Http.GetRouteValue("name") as string ?? "");

    private static Page Nothing(Visit visit) => Admin.Page.Of<SayingPage>(visit, Saying.OfNothingThere(visit), StatusCodes.Status404NotFound);

    private static Page Show(Visit visit, Application application, TryOut tryOut, Tried? tried) =>
        Admin.Page.Of<ApplicationPage>(visit, new OneApplication(application, Outcomes.Of(application, visit.Now), TryOut.CanWrite(application) && tryOut.Address is not null, tried));

    /// <summary>The contract's other fields, as they were typed; those that were left empty are not sent.</summary>
    private static async Task<IReadOnlyDictionary<string, string>> FieldsAsync(Visit visit, Application application)
    {
        var typed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in TryOut.OtherFields(application))
        {
            if (await EnteringRoutes.FieldAsync(visit, $"field-{field.Index}") is { Length: > 0 } text)
            {
                typed[field.Name] = text;
            }
        }

        return typed;
    }
}
