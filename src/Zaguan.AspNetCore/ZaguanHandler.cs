using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore;

/// <summary>
/// A request without an Authorization header, or with several, goes on unauthenticated. A token that is right makes its user the request's; one that is not
/// ends the request here, whatever the endpoint. Only exempt paths do not look.
/// </summary>
internal sealed class ZaguanHandler(IOptionsMonitor<ZaguanOptions> options, ILoggerFactory logger, UrlEncoder encoder, Guards guards)
    : AuthenticationHandler<ZaguanOptions>(options, logger, encoder), IAuthenticationRequestHandler
{
    /// <summary>In seconds, for a request that nobody could judge. By then the next try, or the one after it, has been made.</summary>
    private const int RetryAfter = 2;

    private static readonly Task<AuthenticateResult> NoToken = Task.FromResult(AuthenticateResult.NoResult());

    private Guard guard = null!;

    private Standing standing;

    public async Task<bool> HandleRequestAsync()
    {
        await HandleAuthenticateOnceAsync();
        if (standing is Standing.NoToken or Standing.Good || await AnotherTakesItAsync())
        {
            return false;
        }

        Refuse();
        return true;
    }

    protected override Task InitializeHandlerAsync()
    {
        guard = guards.Of(Scheme.Name);
        return Task.CompletedTask;
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var judging = guard.JudgeAsync(Context);
        return judging.IsCompletedSuccessfully ? Settle(judging.Result) : AwaitAsync(judging);

        async Task<AuthenticateResult> AwaitAsync(ValueTask<Verdict> judging) => await Settle(await judging);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // Where an endpoint names the scheme, this is the first that is heard of the token.
        await HandleAuthenticateOnceSafeAsync();
        Refuse();
    }

    private Task<AuthenticateResult> Settle(Verdict verdict)
    {
        standing = verdict.Standing;
        switch (standing)
        {
            case Standing.NoToken:
                return NoToken;
            case Standing.Good:
                var identity = TokenIdentity.Of(verdict.Claims!, Scheme.Name, guard.Options.NameClaim, guard.Options.RoleClaim);
                return Task.FromResult(AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name)));
            case Standing.Wrong:
                Logger.TokenRefused(verdict.Objection);
                return Task.FromResult(AuthenticateResult.Fail("The token is not accepted."));
            case Standing.Unknown:
                Logger.TokenNotJudged(verdict.Objection == TokenObjection.UnknownKey ? "its key" : "whether it was revoked");
                return Task.FromResult(AuthenticateResult.Fail("Nobody can say now whether the token is good."));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Where there are several schemes, a token that is wrong here may be right there.</summary>
    private async Task<bool> AnotherTakesItAsync()
    {
        foreach (var other in guards.All)
        {
            if (other != guard && (await other.JudgeAsync(Context)).Standing is Standing.NoToken or Standing.Good)
            {
                return true;
            }
        }

        return false;
    }

    private void Refuse()
    {
        if (standing == Standing.Unknown)
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
            return;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
    }
}
