using System.Runtime.InteropServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore.Jws;
using Zaguan.AspNetCore.Keys;
using Zaguan.AspNetCore.Revocations;

namespace Zaguan.AspNetCore;

/// <summary>What became of a request's token.</summary>
/// <param name="Claims">Null: it is not accepted.</param>
/// <param name="CouldNotAsk">It is not accepted because nobody can say now whether it is good.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Verdict(TokenClaims? Claims, TokenObjection Objection, bool CouldNotAsk);

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

    public ValueTask<Verdict> JudgeAsync(ReadOnlySpan<char> token)
    {
        var claims = validator.Validate(token, out var objection);
        return objection == TokenObjection.UnknownKey && Published is not null
            ? new(JudgeAfterAskingAsync(token.ToString()))
            : new(Judge(claims, objection));
    }

    public bool Exempts(PathString path)
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

    public void Dispose() => http.Dispose();

    private async Task<Verdict> JudgeAfterAskingAsync(string token)
    {
        var isAnswered = await Published!.LookAgainAsync();
        var claims = validator.Validate(token, out var objection);
        return objection == TokenObjection.UnknownKey && !isAnswered ? new(null, objection, CouldNotAsk: true) : Judge(claims, objection);
    }

    private Verdict Judge(TokenClaims? claims, TokenObjection objection)
    {
        if (claims is null || Feed is null)
        {
            return new(claims, objection, CouldNotAsk: false);
        }

        if (Feed.Covers(claims))
        {
            return new(null, TokenObjection.Revoked, CouldNotAsk: false);
        }

        return Feed.IsKnown || Options.WhenRevocationsAreUnknown == WhenRevocationsAreUnknown.AcceptTokens
            ? new(claims, TokenObjection.None, CouldNotAsk: false)
            : new(null, TokenObjection.None, CouldNotAsk: true);
    }

    // With new keys everything that was remembered of tokens is forgotten: it was true of the old ones.
    private TokenValidator Believe(IReadOnlyList<VerificationKey> published)
    {
        var keys = new KeySet([.. secrets, .. published]);
        return new(() => keys, rules, clock);
    }
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
