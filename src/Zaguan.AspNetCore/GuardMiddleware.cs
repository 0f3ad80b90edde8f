using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore;

/// <summary>
/// In the place of ASP.NET Core's authentication and authorization: judges the request's token, and lets it go on where its endpoint asks for nothing, or for a
/// user and no more. Whatever else an endpoint asks for is asked of ASP.NET Core's own authorization.
/// </summary>
internal sealed class GuardMiddleware
{
    /// <summary>With this ASP.NET Core knows that somebody has looked at an endpoint's authorization; without it, it refuses to run the endpoint.</summary>
    private const string IsLookedAt = "__AuthorizationMiddlewareWithEndpointInvoked";

    private static readonly object Yes = new();

    private readonly RequestDelegate next;
    private readonly RequestDelegate authorize;
    private readonly Guard guard;
    private readonly ILogger logger;
    private readonly bool isOrdinary;
    private readonly bool transforms;

    /// <param name="authorize">ASP.NET Core's authorization, and behind it <paramref name="next"/>.</param>
    public GuardMiddleware(RequestDelegate next, RequestDelegate authorize, IServiceProvider services)
    {
        var guards = services.GetRequiredService<Guards>().All;
        guard = guards.Count == 1 ? guards[0] : throw new InvalidOperationException($"UseZaguan guards by one scheme, and there are {guards.Count}. Use UseAuthentication and UseAuthorization.");
        (this.next, this.authorize, logger) = (next, authorize, services.GetRequiredService<ILoggerFactory>().CreateLogger<ZaguanHandler>());
        using var scope = services.CreateScope();
        isOrdinary = IsOrdinary(scope.ServiceProvider);
        transforms = scope.ServiceProvider.GetRequiredService<IClaimsTransformation>() is not NoopClaimsTransformation;
    }

    public Task InvokeAsync(HttpContext http)
    {
        var judging = guard.JudgeAsync(http);
        return judging.IsCompletedSuccessfully && !transforms ? GoOn(http, judging.Result) : AwaitAsync(http, judging);
    }

    private async Task AwaitAsync(HttpContext http, ValueTask<Verdict> judging)
    {
        var verdict = await judging;
        if (transforms && verdict.Standing == Standing.Good)
        {
            http.User = await http.RequestServices.GetRequiredService<IClaimsTransformation>().TransformAsync(guard.User(verdict.Claims!));
            await Authorized(http, hasUser: http.User.Identities.Any(i => i.IsAuthenticated));
            return;
        }

        await GoOn(http, verdict);
    }

    private Task GoOn(HttpContext http, Verdict verdict)
    {
        switch (verdict.Standing)
        {
            case Standing.NoToken:
                return Authorized(http, hasUser: false);
            case Standing.Good:
                http.Features.Set<IHttpAuthenticationFeature>(new LateUser(guard, verdict.Claims!));
                return Authorized(http, hasUser: true);
            case Standing.Wrong or Standing.Unknown:
                logger.NotAccepted(verdict);
                verdict.Standing.Refuse(http.Response);
                return Task.CompletedTask;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private Task Authorized(HttpContext http, bool hasUser)
    {
        var asks = http.GetEndpoint()?.Metadata;
        if (!isOrdinary || (asks is not null && !AsksForNothing(asks) && !(hasUser && AsksForUser(asks))))
        {
            return authorize(http);
        }

        if (asks?.GetMetadata<IAuthorizeData>() is not null)
        {
            http.Items[IsLookedAt] = Yes;
        }

        return next(http);
    }

    private static bool AsksForNothing(EndpointMetadataCollection asks) =>
        asks.GetMetadata<IAuthorizeData>() is null && asks.GetMetadata<AuthorizationPolicy>() is null && asks.GetMetadata<IAuthorizationRequirementData>() is null;

    private static bool AsksForUser(EndpointMetadataCollection asks)
    {
        if (asks.GetMetadata<AuthorizationPolicy>() is not null || asks.GetMetadata<IAuthorizationRequirementData>() is not null)
        {
            return false;
        }

        foreach (var one in asks.GetOrderedMetadata<IAuthorizeData>())
        {
            if (!string.IsNullOrEmpty(one.Policy) || !string.IsNullOrEmpty(one.Roles) || !string.IsNullOrEmpty(one.AuthenticationSchemes))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether an endpoint that asks for a user and no more means what it means where nobody has changed anything: then ASP.NET Core need not be asked.</summary>
    private static bool IsOrdinary(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<AuthorizationOptions>>().Value;
        return options.FallbackPolicy is null
            && options.DefaultPolicy is { AuthenticationSchemes.Count: 0, Requirements: [DenyAnonymousAuthorizationRequirement] }
            && new object[]
            {
                services.GetRequiredService<IAuthorizationPolicyProvider>(),
                services.GetRequiredService<IAuthorizationService>(),
                services.GetRequiredService<IAuthorizationMiddlewareResultHandler>(),
                services.GetRequiredService<IPolicyEvaluator>(),
            }.Concat(services.GetServices<IAuthorizationHandler>()).All(s => IsTheirs(s.GetType()));
    }

    private static bool IsTheirs(Type type) => type.Assembly == typeof(IAuthorizationService).Assembly || type.Assembly == typeof(IPolicyEvaluator).Assembly;

    /// <summary>The request's user, made when somebody first asks who that is: most endpoints never do.</summary>
    private sealed class LateUser(Guard guard, TokenClaims token) : IHttpAuthenticationFeature
    {
        private ClaimsPrincipal? user;
        private bool isMade;

        public ClaimsPrincipal? User
        {
            get => isMade ? user : User = guard.User(token);
            set => (user, isMade) = (value, true);
        }
    }
}
