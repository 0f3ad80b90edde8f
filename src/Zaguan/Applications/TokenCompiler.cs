using System.Security.Cryptography;
using Zaguan.AspNetCore;
using Zaguan.AspNetCore.Jws;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Templates;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Tokens;
using Zaguan.Tokens.Keys;

namespace Zaguan.Applications;

/// <summary>What a contract says of its token, with an application's settings → the issuer that signs it.</summary>
internal sealed class TokenCompiler(NamedSettings named, IEnumerable<Contract> contracts, bool isDevelopment, TimeProvider clock, string secretsFolder, bool onlyLooks, KeyRing keys, List<string> notices, Problems problems)
{
    /// <summary>The settings that hold a contract's signing secret. No contract may name another's in its claims: at the root of configuration they stand side by side.</summary>
    private readonly HashSet<string> secretSettings = contracts.Where(c => c.Token is not null)
        .SelectMany(c => c.Token!.SecretSettings).ToHashSet(StringComparer.Ordinal);

    private readonly List<(string Application, string Realm, Secret Secret)> secrets = [];

    /// <summary>A notice for each secret that applications of several realms sign with: a back-end of one takes the tokens of the others, and user number 1 is in all of them.</summary>
    public IEnumerable<string> SharedSecrets() => secrets
        .GroupBy(s => Convert.ToHexString(SHA256.HashData(s.Secret.Reveal())), StringComparer.Ordinal)
        .Where(g => g.Select(s => s.Realm).Distinct(StringComparer.Ordinal).Skip(1).Any())
        .Select(g => g.Select(s => $"\"{s.Application}\"").ToList())
        .Select(names => $"{string.Join(", ", names[..^1])} and {names[^1]} have more than one realm and one secret: a back-end of any of them takes the others' tokens. Give each realm its own.");

    /// <summary>What signs and validates, and the values of the settings that the claims name. Nothing signs: no token, or problems that were added.</summary>
    public (ApplicationTokens?, IReadOnlyDictionary<string, string>) Compile(string name, ApplicationSettings settings, Contract contract)
    {
        CheckSettingNames(settings, contract);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (contract.Token is not { } token)
        {
            if (settings.IssueToken is not null)
            {
                problems.Add(settings.Node!.At("IssueToken"), $"The contract \"{contract.Name}\" has no token to issue.");
            }

            return (null, values);
        }

        if (!token.Optional && settings.IssueToken is not null)
        {
            problems.Add(settings.Node!.At("IssueToken"), $"The contract \"{contract.Name}\" always answers its token; leave IssueToken out.");
        }

        if (token.Optional && settings.IssueToken is not true)
        {
            return (null, values);
        }

        ReadSettings(settings, contract, token, values);
        var lifetime = CompileLifetime(settings, token.Lifetime, values);
        var tokens = token.Algorithm switch
        {
            TokenAlgorithm.HS256 => CompileWithSecret(name, settings, token, values, lifetime, SignatureAlgorithm.HS256),
            TokenAlgorithm.HS384 => CompileWithSecret(name, settings, token, values, lifetime, SignatureAlgorithm.HS384),
            TokenAlgorithm.HS512 => CompileWithSecret(name, settings, token, values, lifetime, SignatureAlgorithm.HS512),
            TokenAlgorithm.RS256 => CompileWithPrivateKey(settings, token, values, lifetime),
            TokenAlgorithm.ES256 => CompileWithOwnKeys(name, settings, contract, token, values, lifetime),
            TokenAlgorithm.Opaque => CompileOpaque(settings, token, values, lifetime),
        };
        return (tokens, values);
    }

    private ApplicationTokens? CompileWithSecret(string name, ApplicationSettings settings, TokenContract token, Dictionary<string, string> values, TimeSpan? lifetime, SignatureAlgorithm algorithm)
    {
        var secretSetting = token.SecretSetting!;
        var secret = FindSecret(name, settings, secretSetting);
        if (secret is not null)
        {
            secrets.Add((name, settings.Realm ?? name, secret));
        }

        var previous = FindPreviousSecret(settings, secretSetting, secret);
        if (lifetime is null || secret is null)
        {
            return null;
        }

        // Which of two secrets signed, a token does not say: both are tried.
        var verifying = new KeySet(new[] { secret, previous }.OfType<Secret>().Select(s => VerificationKey.OfSecret(s.Reveal().ToArray(), algorithm: algorithm)));
        return CompileTokens(settings, token, values, new SecretSigner(secret, algorithm), () => verifying, lifetime.Value);
    }

    /// <summary>The old system's own RSA key: its back-ends go on validating with the public half that they have.</summary>
    private ApplicationTokens? CompileWithPrivateKey(ApplicationSettings settings, TokenContract token, Dictionary<string, string> values, TimeSpan? lifetime)
    {
        var name = token.SecretSetting!;
        if (named.Find(settings, name) is not { } found)
        {
            problems.Add(settings.Node!, $"\"{name}\", the private RSA key that signs this application's tokens (PEM), is missing. Name a file that holds it as {name}_FILE.");
            return null;
        }

        if (found.Value is null)
        {
            return null;
        }

        try
        {
            if (named.Find(settings, name + TokenContract.PreviousSuffix) is { } previous)
            {
                problems.Add(previous.At, $"\"{name}{TokenContract.PreviousSuffix}\": An RSA key has no previous one here. Leave it out; back-ends that validate with the public half take both for a while.");
            }

            var signer = new RsaSigner(Secret.FromText(found.Value));
            var verifying = new KeySet([signer.Verification]);
            return lifetime is null ? null : CompileTokens(settings, token, values, signer, () => verifying, lifetime.Value);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // Not the exception's own words: they may repeat what was written.
            problems.Add(found.At, $"\"{name}\" holds no private RSA key of {VerificationKey.ShortestModulus} to {VerificationKey.LongestModulus} bits in PEM, unencrypted: \"-----BEGIN PRIVATE KEY-----\".");
            return null;
        }
    }

    /// <summary>Nothing signs: Zaguan alone knows what such a token means, by its hash.</summary>
    private ApplicationTokens? CompileOpaque(ApplicationSettings settings, TokenContract token, Dictionary<string, string> values, TimeSpan? lifetime)
    {
        if (settings.SessionCookie)
        {
            problems.Add(settings.Node!.At("SessionCookie"), "The application's token is opaque, and a session has one secret: that or a cookie of Zaguan's own. Leave \"SessionCookie\" out.");
        }

        return lifetime is null ? null : new()
        {
            Issuer = null,
            Validator = null,
            Opaque = token.Text,
            Lifetime = lifetime.Value,
            Lifetimes = CompileLifetimes(settings, token, values),
            SignsWithOwnKeys = false,
            AcceptsRaw = token.AcceptsRaw,
            AcceptsOldTokens = false,
            Subject = null,
        };
    }

    /// <summary>A token of an own key says where it comes from and for whom it is: the key is the same for all applications.</summary>
    private ApplicationTokens? CompileWithOwnKeys(string name, ApplicationSettings settings, Contract contract, TokenContract token, Dictionary<string, string> values, TimeSpan? lifetime)
    {
        if (keys.Issuer is null && !token.Has("iss"))
        {
            problems.Add(settings.Node!, $"The contract \"{contract.Name}\" signs with a key of Zaguan's own, and its claims have no iss. Set \"PublicUrl\", the address at which clients and back-ends reach Zaguan: \"https://login.clinica.example\".");
        }

        var signed = token.WithClaim("iss", keys.Issuer ?? "").WithClaim("aud", name);
        return lifetime is null ? null : CompileTokens(settings, signed, values, new OwnKeySigner(keys), () => keys.Verifying, lifetime.Value);
    }

    private ApplicationTokens CompileTokens(ApplicationSettings settings, TokenContract token, Dictionary<string, string> values, ITokenSigner signer, Func<KeySet> verifying, TimeSpan lifetime) => new()
    {
        Issuer = new(signer, token.Claims),
        Validator = new(verifying, new(token.Constant("iss", values), token.Constant("aud", values)), clock),
        Refresh = token.Refresh is { } refresh && CompileLifetime(settings, refresh.Lifetime, values) is { } longer ? new(signer, refresh.Claims, longer) : null,
        RefreshMark = token.Refresh is { } marked ? (marked.Claim, marked.Says) : null,
        Lifetime = lifetime,
        Lifetimes = CompileLifetimes(settings, token, values),
        SignsWithOwnKeys = token.Algorithm == TokenAlgorithm.ES256,
        AcceptsRaw = token.AcceptsRaw,
        // No old system has a key of Zaguan's own.
        AcceptsOldTokens = settings.AcceptOldTokens && token.SecretSetting is not null,
        Subject = token.Subject,
    };

    private List<(Condition, TimeSpan)> CompileLifetimes(ApplicationSettings settings, TokenContract token, IReadOnlyDictionary<string, string> values) =>
        [.. token.Lifetimes.Select(l => (l.If, CompileLifetime(settings, l.Lifetime, values))).Where(l => l.Item2 is not null).Select(l => (l.If, l.Item2!.Value))];

    /// <summary>The secret before this one: it signs nothing any more, and what it signed is good until it expires.</summary>
    private Secret? FindPreviousSecret(ApplicationSettings settings, string name, Secret? secret)
    {
        if (named.Find(settings, name + TokenContract.PreviousSuffix) is not { Value: { } previous } found)
        {
            return null;
        }

        if (SharedSecret.Objection(previous, isDevelopment) is { } objection)
        {
            problems.Add(found.At, $"\"{name}{TokenContract.PreviousSuffix}\": The secret {objection}");
            return null;
        }

        var kept = Secret.FromText(previous);
        if (secret is not null && kept.Reveal().SequenceEqual(secret.Reveal()))
        {
            problems.Add(found.At, $"\"{name}{TokenContract.PreviousSuffix}\" and \"{name}\" are the same secret; leave out the previous one.");
        }

        return kept;
    }

    private void ReadSettings(ApplicationSettings settings, Contract contract, TokenContract token, Dictionary<string, string> values)
    {
        foreach (var uses in token.Settings.GroupBy(u => u.Name, StringComparer.Ordinal))
        {
            if (secretSettings.Contains(uses.Key))
            {
                problems.Add(uses.First().At, $"{{config.{uses.Key}}} is the signing secret of a contract; nothing but a signature may use it.");
            }
            else if (named.Find(settings, uses.Key) is { } found)
            {
                values[uses.Key] = found.Value ?? "";
            }
            else if (!uses.All(u => u.HasDefault))
            {
                problems.Add(settings.Node!, $"\"{uses.Key}\" is missing: the contract \"{contract.Name}\" names it. Set it here{Environment(uses.Key, ", or")}.");
            }
        }
    }

    private static string Environment(string name, string before) => name.StartsWith(NamedSettings.SharedPrefix, StringComparison.Ordinal) ? $"{before} in the environment as {name}" : "";

    private TimeSpan? CompileLifetime(ApplicationSettings settings, TextTemplate written, IReadOnlyDictionary<string, string> values)
    {
        var text = written.Render(new AnswerValues { Settings = values });
        if (Duration.TryParse(text, out var lifetime) && lifetime > TimeSpan.Zero)
        {
            return lifetime;
        }

        // Without a setting it was checked with its contract.
        var name = written.Parts.Select(p => p.Placeholder?.Name).First(n => n is not null)![Vocabulary.SettingPrefix.Length..];
        if (named.Find(settings, name) is { Value: not null } found)
        {
            problems.Add(found.At, $"\"{text}\", made of the setting \"{name}\", is no lifetime of a token: a whole number above 0 and s, m, h or d{Duration.BoundFor(text)}.");
        }

        return null;
    }

    private Secret? FindSecret(string application, ApplicationSettings settings, string name)
    {
        if (named.Find(settings, name) is { } given)
        {
            if (given.Value is not null && SharedSecret.Objection(given.Value, isDevelopment) is { } objection)
            {
                problems.Add(given.At, $"\"{name}\": The secret {objection}");
                return null;
            }

            return given.Value is null ? null : Secret.FromText(given.Value);
        }

        if (!isDevelopment)
        {
            problems.Add(settings.Node!, $"\"{name}\", the secret that signs this application's tokens, is missing. Set it here{Environment(name, ",")}, or name a file that holds it as {name}_FILE.");
            return null;
        }

        var file = Path.Combine(secretsFolder, $"{application}.{name}");
        if (onlyLooks && !File.Exists(file))
        {
            notices.Add($"\"{application}\" has no {name}; the server makes one when it starts, and keeps it in {file} (Development only).");
            return new(RandomNumberGenerator.GetBytes(VerificationKey.ShortestSecret));
        }

        try
        {
            var secret = SigningSecrets.Keep(file, out var isNew);
            if (isNew)
            {
                notices.Add($"\"{application}\" has no {name}; one was made and is kept in {file} (Development only).");
            }

            if (secret.Length < VerificationKey.ShortestSecret)
            {
                problems.Add(file, "The secret that is kept here is too short to sign with; delete the file, and another one is made.");
                return null;
            }

            return secret;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"A secret for \"{application}\" cannot be kept here: {e.Message}");
            return null;
        }
    }

    private void CheckSettingNames(ApplicationSettings settings, Contract contract)
    {
        var names = contract.Token is { } token ? token.Settings.Select(s => s.Name).Concat(token.SecretSettings).Distinct(StringComparer.OrdinalIgnoreCase).ToList() : [];
        var known = names.Concat(names.Select(n => $"{n}_FILE")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, node) in settings.Settings.Where(s => known.Contains(s.Key) && s.Value.Kind != NodeKind.Text))
        {
            problems.Add(node, $"\"{name}\" is a text, not {node.KindInWords}.");
        }

        foreach (var (name, node) in settings.Settings.Where(s => !known.Contains(s.Key)))
        {
            var candidates = RecordReader.Properties(typeof(ApplicationSettings)).Select(p => p.Name).Concat(names);
            problems.Add(node, $"\"{name}\" is neither a setting of applications nor one that the contract \"{contract.Name}\" names.{Nearest.Suggestion(name, candidates)}");
        }
    }
}
