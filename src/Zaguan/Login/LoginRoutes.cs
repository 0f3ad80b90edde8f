using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Net.Http.Headers;
using Zaguan.Applications;

namespace Zaguan.Login;

/// <summary>Which requests are logins. Not ASP.NET Core's routes: contracts change while the server runs.</summary>
internal static class LoginRoutes
{
    /// <summary>A request whose path and host are an application's goes to the login endpoint, whatever its method.</summary>
    public static void UseLogins(this WebApplication app)
    {
        var applications = app.Services.GetRequiredService<RunningApplications>();
        var login = app.Services.GetRequiredService<LoginEndpoint>();
        var cors = app.Services.GetRequiredService<ICorsService>();
        app.Use(async (HttpContext http, RequestDelegate next) =>
        {
            if (applications.Table.Find(http.Request) is not { } application)
            {
                await next(http);
            }
            else if (!AnswerCors(http, application, cors))
            {
                await AnswerMethod(http, application, login);
            }
        });
    }

    /// <summary>True: it was a preflight, and is answered.</summary>
    public static bool AnswerCors(HttpContext http, Application application, ICorsService cors)
    {
        if (application.Cors is not { } policy || !http.Request.Headers.ContainsKey(HeaderNames.Origin))
        {
            return false;
        }

        var result = cors.EvaluatePolicy(http, policy);
        cors.ApplyResult(result, http.Response);
        if (result.IsPreflightRequest)
        {
            http.Response.StatusCode = StatusCodes.Status204NoContent;
        }

        return result.IsPreflightRequest;
    }

    private static async Task AnswerMethod(HttpContext http, Application application, LoginEndpoint login)
    {
        if (!string.Equals(http.Request.Method, application.Contract.Method, StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = application.Contract.Method;
            await login.RefuseMethodAsync(http, application);
            return;
        }

        try
        {
            await login.AnswerAsync(http, application);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && http.RequestAborted.IsCancellationRequested)
        {
            // The client hung up before it had sent its request.
        }
    }
}
