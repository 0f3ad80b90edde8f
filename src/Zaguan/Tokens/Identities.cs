using System.Text.Json;
using Zaguan.Applications;
using Zaguan.AspNetCore.Jws;
using Zaguan.Login;
using Zaguan.Tokens.Keys;
using Zaguan.Users;

namespace Zaguan.Tokens;

/// <summary>For whom a good token stands.</summary>
/// <param name="User">As stored now; null: a token of the old system, of somebody who is not known here.</param>
/// <param name="SessionId">Null: a token of the old system, for which there is no session here.</param>
internal sealed record Identity(User? User, string? SessionId, TokenClaims Claims);

/// <summary>For whom a session's cookie stands.</summary>
internal sealed record CookieIdentity(User User, Session Session);

/// <summary>A token of an application, or its session's cookie → whom it stands for.</summary>
internal sealed class Identities(UserStore users, SessionStore sessions, Revocations revocations, SigningKeys keys, ILogger<Identities> logger)
{
    /// <summary>Null: the token is not good, or nothing that could be ended. Why is for the log, not for whoever sent it.</summary>
    /// <exception cref="Storage.DatabaseUnavailableException">The token would be good, but nobody can say whose it is.</exception>
    /// <param name="toEnd">
    /// Whoever ends a session must reach it although it is not good here and now: the clock of this node may be behind the one that issued it or ahead of the others, and who is disabled today
    /// may be enabled tomorrow.
    /// </param>
    public async Task<Identity?> OfTokenAsync(Application application, string token, bool toEnd = false)
    {
        if (application.Tokens is not { } tokens)
        {
            return null;
        }

        if (tokens.Validator is not { } validator)
        {
            return await OfOpaqueAsync(application, token, toEnd);
        }

        var claims = validator.Validate(token, out var objection, atAnyTime: toEnd);
        if (objection == TokenObjection.UnknownKey && tokens.SignsWithOwnKeys)
        {
            await keys.LookAsync();
            claims = validator.Validate(token, out objection, atAnyTime: toEnd);
        }

        if (claims is null)
        {
            return Refuse(application, objection);
        }

        // A refresh token is for the old system's own endpoint, and opens nothing.
        if (tokens.RefreshMark is { } mark && string.Equals(claims.Text(mark.Claim), mark.Says, StringComparison.Ordinal))
        {
            return Refuse(application, TokenObjection.NoSession);
        }

        if (!toEnd && revocations.Cover(application.Name, claims))
        {
            return Refuse(application, TokenObjection.Revoked);
        }

        if ((claims.Id is { } id ? await sessions.FindByIdAsync(id) : null) is { } session)
        {
            // Another application's token may have been signed with the same secret. A moment ago the session may have been revoked, or the user disabled.
            return !string.Equals(session.Application, application.Name, StringComparison.Ordinal) ? Refuse(application, TokenObjection.OtherApplication)
                : session.IsRevoked || !(session.User.Active || toEnd) ? Refuse(application, TokenObjection.Revoked)
                : new Identity(session.User, claims.Id, claims);
        }

        if (!tokens.AcceptsOldTokens)
        {
            return Refuse(application, TokenObjection.NoSession);
        }

        var user = await FindBySubjectAsync(application, tokens, claims);
        return user is { Active: false } && !toEnd ? Refuse(application, TokenObjection.Revoked) : new Identity(user, null, claims);
    }

    /// <summary>An opaque token, which is known by its hash.</summary>
    private async Task<Identity?> OfOpaqueAsync(Application application, string token, bool toEnd)
    {
        if (token.Length > JwsReader.LongestToken)
        {
            return Refuse(application, TokenObjection.TooLong);
        }

        using var secret = Secret.FromText(token);
        if (await OfCookieAsync(application, SessionCookie.Hash(secret), toEnd) is not { } found)
        {
            return Refuse(application, TokenObjection.NoSession);
        }

        var session = found.Session;
        var claims = TokenClaims.Read(JsonSerializer.SerializeToUtf8Bytes(new { iat = session.OpenedAt / 1000, exp = session.ExpiresAt / 1000, jti = session.Id }), out _);
        return new(found.User, session.Id, claims!);
    }

    /// <param name="hash">See <see cref="SessionCookie"/>.</param>
    /// <param name="toEnd">As of a token.</param>
    /// <exception cref="Storage.DatabaseUnavailableException">Nobody can say whether there is such a session.</exception>
    public async Task<CookieIdentity?> OfCookieAsync(Application application, string hash, bool toEnd = false) =>
        await sessions.FindByCookieAsync(application.Name, hash, expiredToo: toEnd) is { } found && (toEnd || (found.User.Active && !revocations.Cover(found.Session))) ? found : null;

    private async Task<User?> FindBySubjectAsync(Application application, ApplicationTokens tokens, TokenClaims claims) =>
        tokens.Subject is { } subject && claims.Text(subject.Claim) is { } value ? await users.FindBySubjectAsync(application.Realm, subject, value) : null;

    private Identity? Refuse(Application application, TokenObjection objection)
    {
        logger.TokenRefused(application.Name, objection);
        return null;
    }
}

internal static partial class IdentitiesLog
{
    [LoggerMessage(EventId = 1611, Level = LogLevel.Debug, Message = "A token of {Application} is not good: {Objection}")]
    public static partial void TokenRefused(this ILogger logger, string application, TokenObjection objection);
}
