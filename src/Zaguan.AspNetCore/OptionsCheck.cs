using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Zaguan.AspNetCore;

/// <summary>All that is wrong with what a back-end was told, in sentences without a secret.</summary>
internal sealed class OptionsCheck(IHostEnvironment environment) : IValidateOptions<ZaguanOptions>
{
    private static readonly TimeSpan ShortestAge = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestAge = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, ZaguanOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems.Select(p => $"{name}: {p}"));
    }

    private IEnumerable<string> Problems(ZaguanOptions options) =>
        OfSecrets(options).Concat(OfAddress(options)).Concat(OfClaims(options)).Concat(OfRevocations(options));

    private IEnumerable<string> OfSecrets(ZaguanOptions options)
    {
        if (options.Secret is null && options.Address is null)
        {
            yield return "There is nothing to believe a token by. Set Secret, which signs the application's tokens, or Address, where Zaguan publishes its keys.";
        }

        if (options.PreviousSecret is not null && options.Secret is null)
        {
            yield return "PreviousSecret is set, and Secret is not. The secret of today is Secret.";
        }

        foreach (var (name, secret) in new[] { (nameof(options.Secret), options.Secret), (nameof(options.PreviousSecret), options.PreviousSecret) })
        {
            if (secret is not null && SharedSecret.Objection(secret, environment.IsDevelopment()) is { } objection)
            {
                yield return $"{name} {objection}";
            }
        }
    }

    private static IEnumerable<string> OfAddress(ZaguanOptions options)
    {
        if (options.Address is not { } text)
        {
            yield break;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http")
            || address.Query.Length + address.Fragment.Length + address.UserInfo.Length > 0)
        {
            yield return $"Address is \"{text}\", which is no web address like https://login.example, without a user, a query or a fragment.";
        }
        else if (address.Scheme is "http" && !address.IsLoopback && !options.AcceptsPlainHttp)
        {
            yield return $"Address is \"{text}\": over http, whoever stands between can sign tokens. Use https, or set AcceptsPlainHttp where the network is trusted.";
        }

        if (options.Secret is null && options.Audience is null)
        {
            yield return "Audience is not set: the keys at Address may sign for other applications too, and their tokens would be taken for this one's.";
        }
    }

    private static IEnumerable<string> OfClaims(ZaguanOptions options)
    {
        foreach (var (name, value, optional) in new[]
        {
            (nameof(options.Issuer), options.Issuer, true),
            (nameof(options.Audience), options.Audience, true),
            (nameof(options.NameClaim), options.NameClaim, false),
            (nameof(options.RoleClaim), options.RoleClaim, false),
        })
        {
            if (value is "" || (value is null && !optional))
            {
                yield return optional ? $"{name} is empty, and no token is like that. Leave it null where it is not to be looked at." : $"{name} is empty; it is the name of a claim.";
            }
        }

        if (options.ExemptPaths.Any(p => !p.HasValue))
        {
            yield return "One of ExemptPaths is empty. A path is like /api/Account/Login.";
        }
    }

    private static IEnumerable<string> OfRevocations(ZaguanOptions options)
    {
        if (options.BackEndKey is { } key)
        {
            if (options.Address is null)
            {
                yield return "BackEndKey is set, and Address is not: it says where to ask for revocations.";
            }

            // What a header's value may be (RFC 9110 §5.5), without blanks.
            if (key.Length == 0 || key.Any(c => c is <= ' ' or > '~'))
            {
                yield return "BackEndKey is empty, or has blanks or letters that no key has. Set what zaguan backends add printed.";
            }
        }

        if (!Enum.IsDefined(options.WhenRevocationsAreUnknown))
        {
            yield return $"WhenRevocationsAreUnknown is {options.WhenRevocationsAreUnknown}, which is neither RefuseTokens nor AcceptTokens.";
        }

        if (options.RevocationsMayBeOld < ShortestAge || options.RevocationsMayBeOld > LongestAge)
        {
            yield return $"RevocationsMayBeOld is {options.RevocationsMayBeOld}; it must be between {ShortestAge} and {LongestAge}.";
        }
    }
}
