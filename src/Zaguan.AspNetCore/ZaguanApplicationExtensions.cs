using Microsoft.Extensions.DependencyInjection;
using Zaguan.AspNetCore;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the guard into an application's pipeline.</summary>
public static class ZaguanApplicationExtensions
{
    /// <summary>
    /// Guards from here on, in the place of UseAuthentication and UseAuthorization, for an application whose only scheme is Zaguan's. The answers are the same;
    /// reaching an endpoint that asks for a user and no more costs less than half of what it costs with those two. Roles, policies and fallback policies are still
    /// asked of ASP.NET Core. It stands behind UseRouting, where that is called.
    /// </summary>
    /// <param name="app">The application; AddZaguan and AddAuthorization have been called on its services.</param>
    /// <exception cref="InvalidOperationException">One of them was not called, or there are several schemes of Zaguan.</exception>
    public static IApplicationBuilder UseZaguan(this IApplicationBuilder app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (app.ApplicationServices.GetService<Guards>() is null)
        {
            throw new InvalidOperationException("UseZaguan guards by what AddZaguan was told; call AddAuthentication().AddZaguan(…) on the services first.");
        }

        // WebApplication puts those two in by itself where nobody has; so they say that they are there.
        app.Properties["__AuthenticationMiddlewareSet"] = true;
        app.Properties["__AuthorizationMiddlewareSet"] = true;
        return app.Use(next =>
        {
            var branch = app.New();
            branch.UseAuthorization();
            branch.Run(next);
            return new GuardMiddleware(next, branch.Build(), app.ApplicationServices).InvokeAsync;
        });
    }
}
