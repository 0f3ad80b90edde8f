using Zaguan.Applications;
using Zaguan.AspNetCore.Jws;
using Zaguan.Tokens.Keys;
using Zaguan.Users;

namespace Zaguan.Tokens;

/// <summary>For whom a good token stands.</summary>
/// <param name="User">As stored now; null: a token of the old system, of somebody who is not known here.</param>
/// <param name="SessionId">Null: a token of the old system, for which there is no session here.</param>
internal sealed record Identity(User? User, string? SessionId, TokenClaims Claims);

/// <summary>A token of an application → whom it stands for.</summary>
internal sealed class Identities(UserStore users, Revocations revocations, SigningKeys keys, ILogger<Identities> logger)
{
    /// <summary>Null: the token is not good. Why is for the log, not for whoever sent it.</summary>
    /// <exception cref="Storage.DatabaseUnavailableException">The token would be good, but nobody can say whose it is.</exception>
    public async Task<Identity?> OfTokenAsync(Application application, string token)
    {
        if (application.Tokens is not { } tokens)
        {
            return null;
        }

        var claims = tokens.Validator.Validate(token, out var objection);
        if (objection == TokenObjection.UnknownKey && tokens.SignsWithOwnKeys)
        {
            await keys.LookAsync();
            claims = tokens.Validator.Validate(token, out objection);
        }

        if (claims is null)
        {
            return Refuse(application, objection);
        }

        if (revocations.Cover(application.Name, claims))
        {
            return Refuse(application, TokenObjection.Revoked);
        }

        // By the session, which knows its user for certain; else by what the claims say.
        var bySession = claims.Id is { } id ? await users.FindBySessionAsync(application.Name, id) : null;
        if (bySession is null && !tokens.AcceptsOldTokens)
        {
            return Refuse(application, TokenObjection.NoSession);
        }

        var user = bySession ?? await FindBySubjectAsync(application, tokens, claims);
        // Disabled a moment ago, before this node heard that the sessions were revoked.
        return user is { Active: false } ? Refuse(application, TokenObjection.Revoked) : new Identity(user, bySession is null ? null : claims.Id, claims);
    }

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
