using System.Globalization;
using Microsoft.Extensions.Logging;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Sources;
using Zaguan.Sources.Ldap;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>A directory as configured, and the source that asks it.</summary>
internal sealed class LdapHouse : IDisposable
{
    private readonly TestHouse.Lines log = new();
    private readonly LdapSource source;

    public LdapHouse(LdapDirectory directory, TimeProvider? clock = null)
    {
        Directory = directory;
        source = new(clock ?? TimeProvider.System, new Logger(log));
    }

    public LdapDirectory Directory { get; }

    public IReadOnlyCollection<string> Log => log.All;

    /// <summary>Users bind as name@domain.</summary>
    public static Dictionary<string, string?> ByTemplate(SambaDirectory samba, params string[] servers) => new(Common(samba, servers))
    {
        ["BindAs"] = "{username}@clinica.example",
    };

    /// <summary>A service account looks for them.</summary>
    public static Dictionary<string, string?> BySearch(SambaDirectory samba, params string[] servers) => new(Common(samba, servers))
    {
        ["Search:Base"] = SambaDirectory.Base,
        ["Search:BindAs"] = SambaDirectory.ServiceAccount,
        ["Search:PasswordFile"] = samba.ServicePasswordFile,
    };

    /// <summary>As the server would start with it.</summary>
    public static LdapHouse Open(Dictionary<string, string?> settings, TimeProvider? clock = null)
    {
        var setup = Read(settings);
        setup.Problems.ShouldBeEmpty();
        return new(setup.Directories["clinica"]!, clock);
    }

    public static Setup Read(Dictionary<string, string?> settings)
    {
        var all = settings.ToDictionary(s => $"Directories:clinica:{s.Key}", s => s.Value);
        all["DataFolder"] = Path.GetTempPath();
        return Setup.Read(new(null, null, IsDevelopment: true) { Environment = all, OnlyLooks = true });
    }

    public async Task<Verdict> AskAsync(string name, string password, User? user = null)
    {
        using var secret = Secret.FromText(password);
        return await source.VerifyAsync(Directory, user, name, secret, CancellationToken.None);
    }

    /// <summary>What becomes of somebody whom the realm knows.</summary>
    public async Task<Outcome> LogInAsync(string name, string password) => (await AskAsync(name, password, new User { Username = name, Active = true })).Outcome;

    public void Dispose()
    {
        source.Dispose();
        log.Dispose();
    }

    private static Dictionary<string, string?> Common(SambaDirectory samba, string[] servers)
    {
        var settings = new Dictionary<string, string?> { ["CertificateAuthorityFile"] = samba.AuthoritiesFile };
        foreach (var (index, server) in (servers.Length > 0 ? servers : [samba.Server]).Index())
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"Servers:{index}")] = server;
        }

        return settings;
    }

    private sealed class Logger(ILogger lines) : ILogger<LdapSource>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Log(logLevel, eventId, state, exception, formatter);
    }
}
