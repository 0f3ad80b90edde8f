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

    /// <summary>Of a token that is not accepted.</summary>
    private bool couldNotAsk;

    public async Task<bool> HandleRequestAsync()
    {
        if ((await HandleAuthenticateOnceAsync()).Failure is null || await AnotherTakesItAsync())
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
        if (AuthorizationHeader.Token(Request.Headers.Authorization, guard.Options.AcceptsRawToken) is not { } token || guard.Exempts(Request.Path))
        {
            return NoToken;
        }

        var judging = guard.JudgeAsync(token);
        return judging.IsCompletedSuccessfully ? Task.FromResult(Result(judging.Result)) : AwaitAsync(judging);

        async Task<AuthenticateResult> AwaitAsync(ValueTask<Verdict> judging) => Result(await judging);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // Where an endpoint names the scheme, this is the first that is heard of the token.
        await HandleAuthenticateOnceSafeAsync();
        Refuse();
    }

    /// <summary>Where there are several schemes, a token that is wrong here may be right there.</summary>
    private async Task<bool> AnotherTakesItAsync()
    {
        foreach (var other in guards.All)
        {
            if (other != guard
                && (other.Exempts(Request.Path)
                    || (AuthorizationHeader.Token(Request.Headers.Authorization, other.Options.AcceptsRawToken) is { } token && (await other.JudgeAsync(token)).Claims is not null)))
            {
                return true;
            }
        }

        return false;
    }

    private AuthenticateResult Result(Verdict verdict)
    {
        if (verdict.Claims is { } claims)
        {
            var identity = TokenIdentity.Of(claims, Scheme.Name, guard.Options.NameClaim, guard.Options.RoleClaim);
            return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme.Name));
        }

        couldNotAsk = verdict.CouldNotAsk;
        if (couldNotAsk)
        {
            Logger.TokenNotJudged(verdict.Objection == TokenObjection.UnknownKey ? "its key" : "whether it is revoked");
            return AuthenticateResult.Fail("Nobody can say now whether the token is good.");
        }

        Logger.TokenRefused(verdict.Objection);
        return AuthenticateResult.Fail("The token is not accepted.");
    }

    private void Refuse()
    {
        if (couldNotAsk)
        {
            Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            Response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
            return;
        }

        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = "Bearer";
    }
}
