using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore.Jws;
using Zaguan.AspNetCore.Keys;
using Zaguan.AspNetCore.Revocations;

namespace Zaguan.AspNetCore;

/// <summary>What a request's token is worth.</summary>
internal enum Standing
{
    /// <summary>The request brings none, or it is not looked at.</summary>
    NoToken,
    Good,
    Wrong,

    /// <summary>Nobody can say now.</summary>
    Unknown,
}

/// <param name="Claims">Of a good token.</param>
/// <param name="Objection">To a wrong one; of an unknown one, what is not known: its key, or else whether it was revoked.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Verdict(Standing Standing, TokenClaims? Claims, TokenObjection Objection);

/// <summary>One scheme: its keys, its rules, and what is revoked of its tokens. <see cref="JudgeAsync"/> is where a token is believed.</summary>
internal sealed class Guard : IDisposable
{
    private readonly HttpClient http;
    private readonly TimeProvider clock;
    private readonly VerificationKey[] secrets;
    private readonly TokenRules rules;
    private readonly string[] exempt;
    private volatile TokenValidator validator;

    /// <param name="options">Checked.</param>
    public Guard(string scheme, ZaguanOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        (Scheme, Options, this.clock) = (scheme, options, clock);
        rules = new(options.Issuer, options.Audience);
        secrets = [.. new[] { options.Secret, options.PreviousSecret }.OfType<string>().Select(s => VerificationKey.OfSecret(Encoding.UTF8.GetBytes(s)))];
        exempt = [.. options.ExemptPaths.Select(p => p.Value!.TrimEnd('/'))];
        validator = Believe([]);
        // No redirects: a key set that comes from somewhere else is somebody else's.
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(2), ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            Timeout = Timeout.InfiniteTimeSpan, // every question has its own
            MaxResponseContentBufferSize = RevocationFeed.LargestPage,
        };
        if (options.Address is { } text)
        {
            var address = text.TrimEnd('/');
            var logger = loggers.CreateLogger(typeof(Guard).Namespace!);
            // Without an audience nothing would tell this application's tokens from those of others that the same key signs.
            Published = options.Audience is null ? null : new(new($"{address}/.well-known/jwks.json"), http, clock, logger) { Changed = keys => validator = Believe(keys) };
            Feed = options.BackEndKey is not { } key ? null : new(new($"{address}/zaguan/revocations"), key, options.RevocationsMayBeOld, http, clock, logger);
        }
    }

    public string Scheme { get; }

    public ZaguanOptions Options { get; }

    /// <summary>Null: only secrets are believed.</summary>
    public PublishedKeys? Published { get; }

    /// <summary>Null: revocations are not followed.</summary>
    public RevocationFeed? Feed { get; }

    public ValueTask<Verdict> JudgeAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header is not [{ } value] || Exempts(http.Request.Path))
        {
            return default;
        }

        var (by, items) = (validator, ConnectionItems(http));
        if (items is not null && items.TryGetValue(this, out var last) && last is Seen seen && ReferenceEquals(seen.Header, value) && seen.By == by)
        {
            var expired = by.ObjectionToTime(seen.Claims);
            return new(expired == TokenObjection.None ? Judge(seen.Claims) : new(Standing.Wrong, null, expired));
        }

        var token = AuthorizationHeader.Token(header, Options.AcceptsRawToken)!;
        if (by.Validate(token, out var objection) is not { } claims)
        {
            return objection == TokenObjection.UnknownKey && Published is not null ? new(JudgeAfterAskingAsync(token)) : new(new Verdict(Standing.Wrong, null, objection));
        }

        if (items is not null)
        {
            items[this] = new Seen(value, claims, by);
        }

        return new(Judge(claims));
    }

    /// <summary>A new one each time: a request may change its own.</summary>
    public ClaimsPrincipal User(TokenClaims token) => new(TokenIdentity.Of(token, Scheme, Options.NameClaim, Options.RoleClaim));

    public void Dispose() => http.Dispose();

    private async Task<Verdict> JudgeAfterAskingAsync(string token)
    {
        var isAnswered = await Published!.LookAgainAsync();
        return validator.Validate(token, out var objection) is { } claims
            ? Judge(claims)
            : new(objection == TokenObjection.UnknownKey && !isAnswered ? Standing.Unknown : Standing.Wrong, null, objection);
    }

    private Verdict Judge(TokenClaims claims)
    {
        if (Feed?.Covers(claims) == true)
        {
            return new(Standing.Wrong, null, TokenObjection.Revoked);
        }

        return Feed?.IsKnown != false || Options.WhenRevocationsAreUnknown == WhenRevocationsAreUnknown.AcceptTokens
            ? new(Standing.Good, claims, TokenObjection.None)
            : new(Standing.Unknown, null, TokenObjection.None);
    }

    private bool Exempts(PathString path)
    {
        if (exempt.Length == 0)
        {
            return false;
        }

        var asked = path.Value.AsSpan().TrimEnd('/');
        foreach (var one in exempt)
        {
            if (asked.Equals(one, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What is kept with the connection. HTTP/1 only: there one request at a time has it.</summary>
    private static IDictionary<object, object?>? ConnectionItems(HttpContext http) =>
        HttpProtocol.IsHttp11(http.Request.Protocol) ? http.Features.Get<IConnectionItemsFeature>()?.Items : null;

    // With new keys everything that was remembered of tokens is forgotten: it was true of the old ones.
    private TokenValidator Believe(IReadOnlyList<VerificationKey> published)
    {
        var keys = new KeySet([.. secrets, .. published]);
        return new(() => keys, rules, clock);
    }

    /// <summary>
    /// The last good token of a connection, by the text of its header. A client says the same again, and Kestrel then has the same object for it, so that
    /// not even its hash is computed anew; for that takes longer than everything else that is done with a token that is known.
    /// </summary>
    private sealed record Seen(string Header, TokenClaims Claims, TokenValidator By);
}

/// <summary>The guards of all schemes.</summary>
internal sealed class Guards(IEnumerable<Guard> guards)
{
    public IReadOnlyList<Guard> All { get; } = [.. guards];

    public Guard Of(string scheme)
    {
        foreach (var guard in All)
        {
            if (string.Equals(guard.Scheme, scheme, StringComparison.Ordinal))
            {
                return guard;
            }
        }

        throw new InvalidOperationException($"There is no guard for the scheme \"{scheme}\".");
    }
}
