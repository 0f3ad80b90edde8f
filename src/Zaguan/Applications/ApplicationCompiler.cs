using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Tokens;

namespace Zaguan.Applications;

/// <summary>Configuration and contracts → the table of running applications, or the list of everything that is wrong.</summary>
/// <param name="configuration">Where settings are found that stand outside the applications, JWT_SECRET_KEY in the environment for one.</param>
/// <param name="secretsFolder">Where Development keeps the secrets that it makes.</param>
/// <param name="onlyLooks">It makes none now: somebody only wants to know.</param>
internal sealed partial class ApplicationCompiler(ConfigurationTree configuration, bool isDevelopment, string secretsFolder, Problems problems, bool onlyLooks = false)
{
    private readonly List<string> notices = [];
    private readonly NamedSettings named = new(configuration, problems);

    /// <summary>The settings that hold a contract's signing secret. No contract may name another's in its claims: at the root of configuration they stand side by side.</summary>
    private HashSet<string> secretSettings = [];

    /// <summary>What an administrator should know although nothing is wrong.</summary>
    public IReadOnlyList<string> Notices => notices;

    /// <summary>Whether applications and realms may be called so.</summary>
    public static bool IsName(string name) => Word().IsMatch(name);

    public ApplicationTable Compile(IReadOnlyDictionary<string, ApplicationSettings> settings, IReadOnlyDictionary<string, Contract> contracts)
    {
        secretSettings = contracts.Values.Where(c => c.Token is not null).Select(c => c.Token!.SecretSetting).ToHashSet(StringComparer.Ordinal);
        var compiled = new List<(Application, SourceNode)>();
        foreach (var (name, application) in settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var contract = application.Contract ?? name;
            if (!contracts.TryGetValue(contract, out var found))
            {
                // Where its file is broken, that is told already.
                var isBroken = problems.Any(p => string.Equals(Path.GetFileName(p.Origin), $"{contract}.json", StringComparison.Ordinal));
                if (!isBroken)
                {
                    problems.Add(application.Node!.At("Contract"), $"There is no contract \"{contract}\" (known: {string.Join(", ", contracts.Keys.Order(StringComparer.Ordinal))}).{Nearest.Suggestion(contract, contracts.Keys)}");
                }

                continue;
            }

            compiled.Add((Compile(name, application, found), application.Node!));
        }

        ApplicationTable.CheckRoutes(compiled, problems);
        return new([.. compiled.Select(c => c.Item1)]);
    }

    private Application Compile(string name, ApplicationSettings settings, Contract contract)
    {
        CheckWords(name, settings);
        CheckPath(settings, contract);
        var hosts = CompileHosts(settings);
        var (token, values) = CompileToken(name, settings, contract);
        CheckSettingNames(settings, contract);
        var application = new Application(contract, settings.PropertyNaming, settings.DiscloseAccountState)
        {
            Name = name,
            Realm = settings.Realm ?? name,
            Sources = settings.Sources,
            Path = settings.PathBase + contract.Path,
            Hosts = hosts,
            Cors = CompileCors(settings, contract),
            Token = token,
            Settings = values,
        };
        if (application.DisclosesAccountState)
        {
            notices.Add($"The contract of \"{name}\" tells strangers which accounts exist. Set DiscloseAccountState to false for it unless its clients depend on that.");
        }

        return application;
    }

    private void CheckWords(string name, ApplicationSettings settings)
    {
        if (!Word().IsMatch(name))
        {
            problems.Add(settings.Node!, $"An application is called by small letters, digits and hyphens, not \"{name}\".");
        }

        if (settings.Realm is { } realm && !Word().IsMatch(realm))
        {
            problems.Add(settings.Node!.At("Realm"), $"A realm is called by small letters, digits and hyphens, not \"{realm}\".");
        }

        if (settings.Sources.Count == 0 && settings.Node!.At("Sources").Members.Count == 0)
        {
            problems.Add(settings.Node!.At("Sources"), "An application without a source refuses everybody; name \"local\".");
        }

        foreach (var origin in settings.AllowedOrigins.Where(o => !string.Equals(o, "*", StringComparison.Ordinal) && !IsOrigin(o)))
        {
            problems.Add(settings.Node!.At("AllowedOrigins"), $"An origin is scheme, host and port as a browser sends it: \"https://app.example\", not \"{origin}\".");
        }

        if (settings.AllowedOrigins.Count > 1 && settings.AllowedOrigins.Contains("*", StringComparer.Ordinal))
        {
            problems.Add(settings.Node!.At("AllowedOrigins"), "\"*\" is every origin; leave out the others, or it.");
        }
    }

    private void CheckPath(ApplicationSettings settings, Contract contract)
    {
        if (settings.PathBase is not { } pathBase)
        {
            return;
        }

        if (!PathBasePattern().IsMatch(pathBase))
        {
            problems.Add(settings.Node!.At("PathBase"), $"A path base begins with a slash and does not end with one: \"/clinica\", not \"{pathBase}\".");
        }
        else if (ContractCompiler.ObjectionToPath(pathBase + contract.Path) is { } objection)
        {
            problems.Add(settings.Node!.At("PathBase"), objection);
        }
    }

    /// <summary>As a request will have them: ASP.NET Core turns ASCII names (RFC 5891) back into letters and keeps the brackets of IPv6.</summary>
    private List<string> CompileHosts(ApplicationSettings settings)
    {
        var hosts = new List<string>();
        foreach (var host in settings.Hosts)
        {
            var isHost = Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;
            if (isHost && Uri.TryCreate($"http://{(host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host)}/", UriKind.Absolute, out var uri))
            {
                hosts.Add(uri.HostNameType == UriHostNameType.IPv6 ? uri.Host : HostString.FromUriComponent(uri.IdnHost).Host);
            }
            else
            {
                problems.Add(settings.Node!.At("Hosts"), $"A host is a name or an address without scheme and port: \"clinica.example\", not \"{host}\".");
            }
        }

        return hosts;
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.Ordinal);

    private static CorsPolicy? CompileCors(ApplicationSettings settings, Contract contract) => settings.AllowedOrigins.Count == 0
        ? null
        : new CorsPolicyBuilder([.. settings.AllowedOrigins]).WithMethods(contract.Method).AllowAnyHeader().SetPreflightMaxAge(TimeSpan.FromHours(1)).Build();

    private (TokenIssuer?, IReadOnlyDictionary<string, string>) CompileToken(string name, ApplicationSettings settings, Contract contract)
    {
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
        var lifetime = CompileLifetime(settings, token, values);
        var secret = FindSecret(name, settings, token.SecretSetting);
        return (lifetime is null || secret is null ? null : new(secret, lifetime.Value, token.Claims), values);
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
                problems.Add(settings.Node!, $"\"{uses.Key}\" is missing: the contract \"{contract.Name}\" names it. Set it here, or in the environment as {uses.Key}.");
            }
        }
    }

    private TimeSpan? CompileLifetime(ApplicationSettings settings, TokenContract token, IReadOnlyDictionary<string, string> values)
    {
        var text = token.Lifetime.Render(new AnswerValues { Settings = values });
        if (Duration.TryParse(text, out var lifetime) && lifetime > TimeSpan.Zero)
        {
            return lifetime;
        }

        // Without a setting it was checked with its contract.
        var name = token.Lifetime.Parts.Select(p => p.Placeholder?.Name).First(n => n is not null)![Vocabulary.SettingPrefix.Length..];
        if (named.Find(settings, name) is { Value: not null } found)
        {
            problems.Add(found.At, $"\"{text}\", made of the setting \"{name}\", is no lifetime of a token: a whole number above 0 and s, m, h or d.");
        }

        return null;
    }

    private Secret? FindSecret(string application, ApplicationSettings settings, string name)
    {
        if (named.Find(settings, name) is { } given)
        {
            if (given.Value is not null && SigningSecrets.Objection(given.Value, isDevelopment) is { } objection)
            {
                problems.Add(given.At, $"\"{name}\": {objection}");
            }

            return given.Value is null ? null : Secret.FromText(given.Value);
        }

        if (!isDevelopment)
        {
            problems.Add(settings.Node!, $"\"{name}\", the secret that signs this application's tokens, is missing. Set it here, in the environment as {name}, or name a file that holds it as {name}_FILE.");
            return null;
        }

        var file = Path.Combine(secretsFolder, $"{application}.{name}");
        if (onlyLooks && !File.Exists(file))
        {
            notices.Add($"\"{application}\" has no {name}; the server makes one when it starts, and keeps it in {file} (Development only).");
            return new(RandomNumberGenerator.GetBytes(TokenIssuer.ShortestSecret));
        }

        try
        {
            var secret = SigningSecrets.Keep(file, out var isNew);
            if (isNew)
            {
                notices.Add($"\"{application}\" has no {name}; one was made and is kept in {file} (Development only).");
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
        var names = contract.Token is { } token ? token.Settings.Select(s => s.Name).Append(token.SecretSetting).Distinct(StringComparer.OrdinalIgnoreCase).ToList() : [];
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

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,63}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(@"^(/[A-Za-z0-9._~-]+)+\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PathBasePattern();
}
