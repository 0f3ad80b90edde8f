using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Reading;
using Zaguan.Tokens;

namespace Zaguan.Applications;

/// <summary>Configuration and contracts → the table of running applications, or the list of everything that is wrong.</summary>
/// <param name="configuration">Where settings are found that stand outside the applications, JWT_SECRET_KEY in the environment for one.</param>
/// <param name="secretsFolder">Where Development keeps the secrets that it makes.</param>
/// <param name="onlyLooks">It makes none now: somebody only wants to know.</param>
internal sealed partial class ApplicationCompiler(IConfiguration configuration, bool isDevelopment, string secretsFolder, Problems problems, bool onlyLooks = false)
{
    private readonly List<string> notices = [];

    /// <summary>What an administrator should know although nothing is wrong.</summary>
    public IReadOnlyList<string> Notices => notices;

    /// <summary>Whether applications and realms may be called so.</summary>
    public static bool IsName(string name) => Word().IsMatch(name);

    public ApplicationTable Compile(IReadOnlyDictionary<string, ApplicationSettings> settings, IReadOnlyDictionary<string, Contract> contracts)
    {
        var compiled = new List<(Application, SourceNode)>();
        foreach (var (name, application) in settings.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var contract = application.Contract ?? name;
            if (!contracts.TryGetValue(contract, out var found))
            {
                problems.Add(application.Node!.At("Contract"), $"There is no contract \"{contract}\" (known: {string.Join(", ", contracts.Keys.Order(StringComparer.Ordinal))}).{Nearest.Suggestion(contract, contracts.Keys)}");
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
        var (token, values) = CompileToken(name, settings, contract);
        CheckSettingNames(settings, contract);
        var application = new Application(contract, settings.PropertyNaming, settings.DiscloseAccountState)
        {
            Name = name,
            Realm = settings.Realm ?? name,
            Sources = settings.Sources,
            Path = settings.PathBase + contract.Path,
            Hosts = settings.Hosts,
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

        if (settings.Sources.Count == 0)
        {
            problems.Add(settings.Node!.At("Sources"), "An application without a source refuses everybody; name \"local\".");
        }

        if (settings.PathBase is { } pathBase && !PathBasePattern().IsMatch(pathBase))
        {
            problems.Add(settings.Node!.At("PathBase"), $"A path base begins with a slash and does not end with one: \"/clinica\", not \"{pathBase}\".");
        }
        else if (new PathString(settings.PathBase).StartsWithSegments("/zaguan", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(settings.Node!.At("PathBase"), "Paths under /zaguan are Zaguan's own.");
        }

        foreach (var host in settings.Hosts.Where(h => Uri.CheckHostName(h) == UriHostNameType.Unknown))
        {
            problems.Add(settings.Node!.At("Hosts"), $"A host is a name or an address without scheme and port: \"clinica.example\", not \"{host}\".");
        }

        foreach (var origin in settings.AllowedOrigins.Where(o => !string.Equals(o, "*", StringComparison.Ordinal) && !IsOrigin(o)))
        {
            problems.Add(settings.Node!.At("AllowedOrigins"), $"An origin is scheme, host and port as a browser sends it: \"https://app.example\", not \"{origin}\".");
        }
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

        foreach (var use in token.Settings)
        {
            if (Find(settings, use.Name) is { } value)
            {
                values[use.Name] = value;
            }
            else if (!use.HasDefault)
            {
                problems.Add(settings.Node!, $"\"{use.Name}\" is missing: the contract \"{contract.Name}\" names it. Set it here, or in the environment as {use.Name}.");
            }
        }

        var lifetime = CompileLifetime(settings, token, values);
        var secret = FindSecret(name, settings, token.SecretSetting);
        return (lifetime is null || secret is null ? null : new(secret, lifetime.Value, token.Claims), values);
    }

    private TimeSpan? CompileLifetime(ApplicationSettings settings, TokenContract token, IReadOnlyDictionary<string, string> values)
    {
        var text = token.Lifetime.Render(new AnswerValues { Settings = values });
        if (Duration.TryParse(text, out var lifetime) && lifetime > TimeSpan.Zero)
        {
            return lifetime;
        }

        var name = token.Lifetime.Parts.Select(p => p.Placeholder?.Name).FirstOrDefault(n => n is not null)?[Vocabulary.SettingPrefix.Length..] ?? "";
        problems.Add(settings.Node!.At(name), $"\"{text}\", made of the setting \"{name}\", is no lifetime of a token: a whole number above 0 and s, m, h or d.");
        return null;
    }

    private Secret? FindSecret(string application, ApplicationSettings settings, string name)
    {
        if (Find(settings, name) is { } given)
        {
            if (SigningSecrets.Objection(given, isDevelopment) is { } objection)
            {
                problems.Add(settings.Node!.At(name), $"\"{name}\": {objection}");
                return null;
            }

            return Secret.FromText(given);
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

    /// <summary>In the application's section, else at the root (the environment); as itself, else as a file.</summary>
    private string? Find(ApplicationSettings settings, string name)
    {
        var own = settings.Settings.GetValueOrDefault(name)?.Text;
        var ownFile = settings.Settings.GetValueOrDefault($"{name}_FILE")?.Text;
        foreach (var (value, file) in new[] { (own, ownFile), (configuration[name], configuration[$"{name}_FILE"]) })
        {
            if (!string.IsNullOrEmpty(value))
            {
                return value;
            }

            if (!string.IsNullOrEmpty(file))
            {
                return ReadFile(settings, name, file);
            }
        }

        return null;
    }

    private string? ReadFile(ApplicationSettings settings, string name, string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(settings.Node!.At($"{name}_FILE"), $"The file of \"{name}\" cannot be read: {e.Message}");
            return null;
        }
    }

    private void CheckSettingNames(ApplicationSettings settings, Contract contract)
    {
        var named = contract.Token is { } token ? token.Settings.Select(s => s.Name).Append(token.SecretSetting).Distinct(StringComparer.OrdinalIgnoreCase).ToList() : [];
        var known = named.Concat(named.Select(n => $"{n}_FILE")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, node) in settings.Settings.Where(s => !known.Contains(s.Key)))
        {
            var candidates = RecordReader.Properties(typeof(ApplicationSettings)).Select(p => p.Name).Concat(named);
            problems.Add(node, $"\"{name}\" is neither a setting of applications nor one that the contract \"{contract.Name}\" names.{Nearest.Suggestion(name, candidates)}");
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.None, 1000)]
    private static partial Regex Word();

    [GeneratedRegex("^(/[A-Za-z0-9._~-]+)+$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PathBasePattern();
}
