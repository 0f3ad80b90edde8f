using System.Net;
using System.Reflection;
using Zaguan.Applications;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Sources.Ldap;
using Zaguan.Storage;
using Zaguan.Tokens.Keys;

namespace Zaguan.Operations;

/// <summary>Where to look for the configuration, and who asks.</summary>
/// <param name="File">The configuration file; null: zaguan.json in the working directory, if it is there.</param>
/// <param name="Urls">What --urls said.</param>
internal sealed record SetupOptions(string? File, string? Urls, bool IsDevelopment)
{
    public const string DefaultFile = "zaguan.json";

    /// <summary>True: nothing is made that is not there, not even the secrets of Development.</summary>
    public bool OnlyLooks { get; init; }

    /// <summary>By which tokens expire.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Tests set these in place of a process's environment variables.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }
}

/// <summary>Everything that is written down before the start (configuration, contracts, secrets), read and checked, with all that is wrong with it.</summary>
internal sealed class Setup
{
    /// <summary>Sections of the file that belong to ASP.NET Core and to .NET.</summary>
    private static readonly string[] ForeignSections = ["Kestrel", "Logging", "AllowedHosts", "urls"];

    public required IConfigurationRoot Configuration { get; init; }

    public required ZaguanSettings Settings { get; init; }

    public required ApplicationTable Applications { get; init; }

    /// <summary>By name; null: there is a problem with it.</summary>
    public required IReadOnlyDictionary<string, LdapDirectory?> Directories { get; init; }

    /// <summary>With which applications sign that have no secret.</summary>
    public required KeyRing Keys { get; init; }

    public required IReadOnlyDictionary<string, Contract> Contracts { get; init; }

    public required Problems Problems { get; init; }

    /// <summary>What an administrator should know although nothing is wrong.</summary>
    public IReadOnlyList<string> Notices => Applications.Notices;

    public required bool IsDevelopment { get; init; }

    public required IReadOnlyList<IPNetwork> TrustedProxies { get; init; }

    public required IReadOnlyList<IPNetwork> ServerSideCallers { get; init; }

    /// <summary>True: the file itself, or a section of it, could not be read. Commands that only need the database then stop too.</summary>
    public required bool SettingsAreBroken { get; init; }

    public required string ContractsFolder { get; init; }

    /// <summary>What that folder looked like before it was read.</summary>
    public required string ContractsFingerprint { get; init; }

    /// <summary>The same applications with other contracts, or what is wrong with that.</summary>
    public required Func<IReadOnlyDictionary<string, Contract>, Problems, ApplicationTable> CompileApplications { get; init; }

    public required DatabasePlace Database { get; init; }

    /// <summary>How this node is called.</summary>
    public string Node => Settings.NodeName ?? System.Environment.MachineName;

    public string MasterKeyFile => Settings.Keys.MasterKeyFile ?? Path.Combine(Settings.DataFolder, "secrets", "master.key");

    public static Setup Read(SetupOptions options)
    {
        var problems = new Problems();
        var file = options.File ?? SetupOptions.DefaultFile;
        var source = ConfigurationFile.Read(file, isNamed: options.File is not null, problems);
        var configuration = Build(options, source is null ? null : file);
        var names = RecordReader.Properties(typeof(ZaguanSettings)).Select(p => p.Name).ToList();
        var tree = new ConfigurationTree(configuration, file, source);
        var settings = ReadSettings(tree.Root(names), problems);
        SettingsCheck.Check(settings, options.IsDevelopment, problems);
        var proxies = ReadNetworks(settings.Network.TrustedProxies, settings.Network.Node?.At("TrustedProxies"), problems);
        var callers = ReadNetworks(settings.Network.ServerSideCallers, settings.Network.Node?.At("ServerSideCallers"), problems);
        var database = new DatabasePlace(Path.Combine(SettingsCheck.IsPath(settings.DataFolder) ? settings.DataFolder : ".", "zaguan.db"), settings.Database.Read(problems));
        Listening.Check(configuration, tree, options.IsDevelopment, proxies.Count > 0, problems);
        var settingsAreBroken = problems.Count > 0;

        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, SettingsCheck.IsPath(settings.ContractsFolder) ? settings.ContractsFolder : new ZaguanSettings().ContractsFolder);
        var fingerprint = ContractLibrary.Fingerprint(folder);
        var contracts = ContractLibrary.Load(folder, problems);
        var keys = new KeyRing(settings.PublicUrl);
        var directories = new DirectoryCompiler(problems).Compile(settings);
        ApplicationCompiler Compiler(Problems found) => new(tree, options.IsDevelopment, options.Clock, Path.Combine(settings.DataFolder, "secrets"), keys, directories, found, options.OnlyLooks);
        var applications = Compiler(problems).Compile(settings.Applications, contracts);
        CheckSharedSettings(source, contracts.Values, problems);
        if (settings.Applications.Count == 0 && !settingsAreBroken)
        {
            problems.Add(file, $"No application is configured. Name one under \"Applications\" in {file}, for example: {{ \"Applications\": {{ \"ambiotec\": {{ \"JWT_SECRET_FILE\": \"/etc/zaguan/ambiotec.secret\" }} }} }}. (In Development the shipped contracts run without configuration: set ASPNETCORE_ENVIRONMENT=Development.)");
        }

        return new()
        {
            Configuration = configuration,
            Settings = settings,
            Database = database,
            Applications = applications,
            Directories = directories,
            Keys = keys,
            Contracts = contracts,
            ContractsFolder = folder,
            ContractsFingerprint = fingerprint,
            CompileApplications = (changed, found) => Compiler(found).Compile(settings.Applications, changed),
            Problems = problems,
            IsDevelopment = options.IsDevelopment,
            TrustedProxies = proxies,
            ServerSideCallers = callers,
            SettingsAreBroken = settingsAreBroken,
        };
    }

    private static IConfigurationRoot Build(SetupOptions options, string? file)
    {
        var own = Sources(new ConfigurationBuilder(), options, file).Build();
        if (!options.IsDevelopment || own.GetSection("Applications").Exists())
        {
            return own;
        }

        // Development without applications runs the shipped contracts.
        var demo = Assembly.GetExecutingAssembly().GetManifestResourceStream("demo.json")!;
        return Sources(new ConfigurationBuilder().AddJsonStream(demo), options, file).Build();
    }

    private static IConfigurationBuilder Sources(IConfigurationBuilder builder, SetupOptions options, string? file)
    {
        if (file is not null)
        {
            builder.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
        }

        if (options.Environment is { } environment)
        {
            builder.AddInMemoryCollection(environment);
        }
        else
        {
            builder.AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables();
        }

        return builder.AddInMemoryCollection(options.Urls is null ? [] : [new("urls", options.Urls)]);
    }

    private static ZaguanSettings ReadSettings(SourceNode root, Problems problems)
    {
        // Settings that contracts name may stand at the root too; they are written in capitals and nothing of ours is.
        var own = root.Members.Where(m => !ForeignSections.Contains(m.Name, StringComparer.OrdinalIgnoreCase) && !IsSetting(m.Name)).ToList();
        var tree = new SourceNode { Kind = NodeKind.Object, Origin = root.Origin, Pointer = "", Members = own };
        return new RecordReader(Spelling.Configuration, problems).Read<ZaguanSettings>(tree);
    }

    /// <summary>Settings at the root that no contract names: misspelt ones, most of the time. The environment holds much that is not ours, so only the file is looked at.</summary>
    private static void CheckSharedSettings(SourceNode? file, IEnumerable<Contract> contracts, Problems problems)
    {
        var named = contracts.Where(c => c.Token is not null).SelectMany(c => c.Token!.Settings.Select(s => s.Name).Concat(c.Token.SecretSettings))
            .SelectMany(name => new[] { name, $"{name}_FILE" }).Concat(["HTTP_PORTS", "HTTPS_PORTS"]).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        foreach (var (name, value) in (file?.Members ?? []).Where(m => IsSetting(m.Name) && !m.Name.StartsWith("OTEL_", StringComparison.Ordinal) && !named.Contains(m.Name, StringComparer.OrdinalIgnoreCase)))
        {
            problems.Add(value, $"No contract names a setting \"{name}\".{Nearest.Suggestion(name, named)}");
        }
    }

    private static bool IsSetting(string name) => name.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');

    private static List<IPNetwork> ReadNetworks(IReadOnlyList<string> written, SourceNode? at, Problems problems)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in written)
        {
            // .NET reads "192.168.1" as 192.168.0.1, which nobody means.
            if (IPAddress.TryParse(text, out var address) && (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3))
            {
                networks.Add(new(address, address.GetAddressBytes().Length * 8));
            }
            else if (IPNetwork.TryParse(text, out var network) && network.PrefixLength > 0)
            {
                networks.Add(network);
            }
            else if (network.PrefixLength == 0 && text.EndsWith("/0", StringComparison.Ordinal))
            {
                problems.Add(at!, $"\"{text}\" is everybody; name the addresses that are yours.");
            }
            else
            {
                problems.Add(at!, $"\"{text}\" is neither an address (10.1.2.3) nor a network (10.0.0.0/8).");
            }
        }

        return networks;
    }
}
