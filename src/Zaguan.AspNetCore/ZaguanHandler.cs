using System.Diagnostics;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Zaguan.AspNetCore;

/// <summary>
/// A request without an Authorization header, or with several, goes on unauthenticated. A token that is right makes its user the request's; one that is not
/// ends the request here, whatever the endpoint. Only exempt paths do not look.
/// </summary>
internal sealed class ZaguanHandler(IOptionsMonitor<ZaguanOptions> options, ILoggerFactory logger, UrlEncoder encoder, Guards guards)
    : AuthenticationHandler<ZaguanOptions>(options, logger, encoder), IAuthenticationRequestHandler
{
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

        standing.Refuse(Response);
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
        standing.Refuse(Response);
    }

    private Task<AuthenticateResult> Settle(Verdict verdict)
    {
        standing = verdict.Standing;
        switch (standing)
        {
            case Standing.NoToken:
                return NoToken;
            case Standing.Good:
                return Task.FromResult(AuthenticateResult.Success(new(guard.User(verdict.Claims!), Scheme.Name)));
            case Standing.Wrong or Standing.Unknown:
                Logger.NotAccepted(verdict);
                return Task.FromResult(AuthenticateResult.Fail("The token is not accepted."));
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Where there are several schemes, a token that is wrong here may be right there.</summary>
    private async Task<bool> AnotherTakesItAsync()
    {
        foreach (var other in guards.All)
        {
            var theirs = other == guard ? Standing.Wrong : (await other.JudgeAsync(Context)).Standing;
            if (theirs is Standing.NoToken or Standing.Good)
            {
                return true;
            }

            // It may be theirs, and good: then it is not for us to say that it is wrong.
            standing = theirs == Standing.Unknown ? theirs : standing;
        }

        return false;
    }
}
