using Zaguan.Applications;
using Zaguan.Tokens;

namespace Zaguan.BackEnds;

/// <summary>RFC 7009: a back-end ends the session of a token, as its log-out does.</summary>
internal sealed class RevocationEndpoint(Identities identities, RevocationStore revocations, Revocations known)
{
    public async Task AnswerAsync(HttpContext http, Application application)
    {
        if (await TokenForm.ReadAsync(http) is not { } token)
        {
            return;
        }

        // What is not good is answered as if it had been revoked (§2.2), and nobody learns whether it ever was. What is not good by the clock alone is revoked all the same.
        if (await identities.OfTokenAsync(application, token, toEnd: true) is { } identity)
        {
            if (!await revocations.RevokeAsync(application.Name, identity))
            {
                await TokenForm.AnswerAsync(http, StatusCodes.Status400BadRequest, "unsupported_token_type", "The old system's token has no jti to be known by. Revoke the user's tokens: zaguan sessions revoke --user.");
                return;
            }

            await known.RefreshAsync();
        }

        http.Response.StatusCode = StatusCodes.Status200OK;
    }
}
