using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Zaguan.BackEnds;
using Zaguan.Contracts;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Reading;
using Zaguan.Sources;
using Zaguan.Sources.Ldap;
using Zaguan.Tokens;
using Zaguan.Tokens.Keys;

namespace Zaguan.Applications;

/// <summary>Configuration and contracts → the table of running applications, or the list of everything that is wrong.</summary>
/// <param name="configuration">Where settings are found that stand outside the applications, JWT_SECRET_KEY in the environment for one.</param>
/// <param name="secretsFolder">Where Development keeps the secrets that it makes.</param>
/// <param name="keys">With which applications sign that have no secret.</param>
/// <param name="directories">Those that applications may ask, by name; null: there is a problem with it.</param>
/// <param name="onlyLooks">It makes none now: somebody only wants to know.</param>
internal sealed partial class ApplicationCompiler(ConfigurationTree configuration, bool isDevelopment, TimeProvider clock, string secretsFolder, KeyRing keys, IReadOnlyDictionary<string, LdapDirectory?> directories, Problems problems, bool onlyLooks = false)
{
    private static readonly TimeSpan LongestSession = TimeSpan.FromDays(365);

    private readonly List<string> notices = [];

    public ApplicationTable Compile(IReadOnlyDictionary<string, ApplicationSettings> settings, IReadOnlyDictionary<string, Contract> contracts)
    {
        var tokens = new TokenCompiler(new NamedSettings(configuration, problems), contracts.Values, isDevelopment, clock, secretsFolder, onlyLooks, keys, notices, problems);
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

            compiled.Add((Compile(name, application, found, contracts, tokens), application.Node!));
        }

        ApplicationTable.CheckRoutes(compiled, problems);
        CheckOldSystems(compiled);
        notices.AddRange(tokens.SharedSecrets());
        return new([.. compiled.Select(c => c.Item1)], notices);
    }

    private Application Compile(string name, ApplicationSettings settings, Contract contract, IReadOnlyDictionary<string, Contract> contracts, TokenCompiler tokens)
    {
        CheckWords(name, settings);
        CheckPath(settings, contract);
        var hosts = CompileHosts(settings);
        var (own, values) = tokens.Compile(name, settings, contract);
        var application = new Application(contract, settings.PropertyNaming, settings.DiscloseAccountState)
        {
            Name = name,
            Realm = settings.Realm ?? name,
            Sources = settings.Sources,
            SourcesDeadline = settings.SourcesDeadline,
            Upstream = new SourceCompiler(contracts, notices, problems).Compile(name, settings, contract),
            Directory = new DirectoryCompiler(problems).Choose(settings, directories),
            CodesAsked = CompileCodes(settings),
            Path = settings.PathBase + contract.Path,
            Hosts = hosts,
            Cors = CompileCors(settings, contract),
            Tokens = own,
            Cookie = CompileCookie(name, settings, contract),
            HasAccount = settings.Account,
            AllowedOrigins = [.. settings.AllowedOrigins.Where(IsOrigin)],
            Guard = new GuardCompiler(problems).Compile(settings),
            Settings = values,
        };
        if (application is { HasAccount: true, IsCompared: true })
        {
            problems.Add(settings.Node!.At("Account"), "While an application is compared with its old system, that one decides who is let in, and it is asked with the client's own request. Leave \"Account\" out until the mode is another.");
        }

        if (application.DisclosesAccountState)
        {
            notices.Add($"The contract of \"{name}\" tells strangers which accounts exist. Set DiscloseAccountState to false for it unless its clients depend on that.");
        }

        return application;
    }

    /// <summary>Users of two systems who share a name are two people.</summary>
    private void CheckOldSystems(IReadOnlyList<(Application Application, SourceNode At)> compiled)
    {
        foreach (var realm in compiled.Where(c => c.Application.Upstream is not null).GroupBy(c => c.Application.Realm, StringComparer.Ordinal))
        {
            foreach (var (application, at) in realm.Where(c => c.Application.Upstream!.Url != realm.First().Application.Upstream!.Url))
            {
                problems.Add(at.At("Upstream"), $"\"{application.Name}\" and \"{realm.First().Application.Name}\" share the realm \"{realm.Key}\" and have two old systems: people who have one name over there would be one user here. Give each a realm of its own.");
            }
        }
    }

    private void CheckWords(string name, ApplicationSettings settings)
    {
        if (!SmallName.Is(name))
        {
            problems.Add(settings.Node!, $"An application is called by small letters, digits and hyphens, not \"{name}\".");
        }

        if (settings.Realm is { } realm && !SmallName.Is(realm))
        {
            problems.Add(settings.Node!.At("Realm"), $"A realm is called by small letters, digits and hyphens, not \"{realm}\".");
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

    private CodesAsked CompileCodes(ApplicationSettings settings)
    {
        if (settings.OneTimeCodes != CodesAsked.Off && settings.Upstream is { Mode: UpstreamMode.Compare })
        {
            problems.Add(settings.Node!.At("OneTimeCodes"), "While the application is compared, its old system gets each request as it came, and knows no one-time codes. Set OneTimeCodes to \"off\" until then.");
        }

        return settings.OneTimeCodes;
    }

    private SessionCookie? CompileCookie(string name, ApplicationSettings settings, Contract contract)
    {
        if (settings.SessionLifetime is { } lifetime)
        {
            CheckSessionLifetime(lifetime, settings, contract);
        }

        return settings.SessionCookie ? new(name, settings.SessionLifetime ?? TimeSpan.FromHours(12)) : null;
    }

    private void CheckSessionLifetime(TimeSpan lifetime, ApplicationSettings settings, Contract contract)
    {
        var at = settings.Node!.At("SessionLifetime");
        if (!settings.SessionCookie)
        {
            problems.Add(at, "Without \"SessionCookie\" there is no session that could last so long; set it to true, or leave \"SessionLifetime\" out.");
        }
        else if (contract.Token is { } token && (!token.Optional || settings.IssueToken is true))
        {
            problems.Add(at, "The application issues a token, and its session lasts as long as that; leave \"SessionLifetime\" out.");
        }

        if (lifetime <= TimeSpan.Zero || lifetime > LongestSession)
        {
            problems.Add(at, "A session lasts for more than 0s and at most 365d.");
        }
    }

    private static bool IsOrigin(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.Ordinal);

    private static CorsPolicy? CompileCors(ApplicationSettings settings, Contract contract)
    {
        if (settings.AllowedOrigins.Count == 0)
        {
            return null;
        }

        var policy = new CorsPolicyBuilder([.. settings.AllowedOrigins]).WithMethods(contract.Method).AllowAnyHeader().SetPreflightMaxAge(TimeSpan.FromHours(1)).Build();
        // A browser keeps a cookie that another origin sets only where that origin names the page's: "*" does not.
        policy.SupportsCredentials = settings.SessionCookie && !policy.AllowAnyOrigin;
        return policy;
    }

    [GeneratedRegex(@"^(/[A-Za-z0-9._~-]+)+\z", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex PathBasePattern();
}
