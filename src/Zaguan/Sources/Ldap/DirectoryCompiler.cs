using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.Operations;
using Zaguan.Reading;

namespace Zaguan.Sources.Ldap;

/// <summary>Directories as configured → as they are asked, or everything that is wrong with them.</summary>
internal sealed class DirectoryCompiler(Problems problems)
{
    /// <summary>IANA's, for ldaps.</summary>
    private const int Port = 636;

    /// <summary>Each costs a question at a login.</summary>
    private const int MostRoles = 64;

    private static readonly TimeSpan LongestDeadline = BudgetStore.LongestVerification / 2;

    /// <summary>Where systems keep the certificates that they trust: Debian and Ubuntu, Fedora and Red Hat, Alpine.</summary>
    private static readonly string[] TrustedBySystems = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

    /// <summary>By name. Null: there is such a directory, and something is wrong with it.</summary>
    public IReadOnlyDictionary<string, LdapDirectory?> Compile(ZaguanSettings settings)
    {
        if (settings.Directories.Count > 0 && !LibLdap.IsThere)
        {
            problems.Add(settings.Node!.At(nameof(settings.Directories)), "A directory is asked by the system's libldap, which is not there. Install it: apt install libldap-2.5-0 (Debian 12), libldap2 (Debian 13, Ubuntu); dnf install openldap (Fedora). Directories work on Linux only.");
        }

        return settings.Directories.ToDictionary(d => d.Key, d => Compile(d.Key, d.Value), StringComparer.Ordinal);
    }

    /// <summary>The directory that an application asks. Null: none, or a problem was added.</summary>
    public LdapDirectory? Choose(ApplicationSettings settings, IReadOnlyDictionary<string, LdapDirectory?> directories)
    {
        var at = settings.Node!;
        if (!settings.Sources.Contains(Source.Ldap))
        {
            if (settings.Directory is not null)
            {
                problems.Add(at.At(nameof(settings.Directory)), "No directory is asked: \"Sources\" does not list ldap. List it (\"Sources\": [\"local\", \"ldap\"]), or leave \"Directory\" out.");
            }

            return null;
        }

        if (settings.Directory is { } name)
        {
            if (!directories.TryGetValue(name, out var named))
            {
                var known = directories.Count == 0 ? "none is configured" : $"known: {string.Join(", ", directories.Keys.Order(StringComparer.Ordinal))}";
                problems.Add(at.At(nameof(settings.Directory)), $"There is no directory \"{name}\" ({known}).{Nearest.Suggestion(name, directories.Keys)}");
            }

            return named;
        }

        if (directories.Count != 1)
        {
            problems.Add(at.At(nameof(settings.Sources)), directories.Count == 0
                ? "The source ldap needs a directory: describe it under \"Directories\", at the root of the configuration."
                : $"Which directory the source ldap asks is not said: \"Directory\" names one of {string.Join(", ", directories.Keys.Order(StringComparer.Ordinal))}.");
            return null;
        }

        return directories.Values.Single();
    }

    private LdapDirectory? Compile(string name, DirectorySettings settings)
    {
        var before = problems.Count;
        var at = settings.Node!;
        if (!SmallName.Is(name))
        {
            problems.Add(at, $"A directory is called by small letters, digits and hyphens, not \"{name}\".");
        }

        if (settings.Deadline <= TimeSpan.Zero || settings.Deadline > LongestDeadline)
        {
            problems.Add(at.At(nameof(settings.Deadline)), $"A deadline is more than 0s and at most {LongestDeadline.TotalSeconds}s: whoever logs in waits for it.");
        }

        var servers = CompileServers(settings, at);
        var authorities = CompileAuthorities(settings, at);
        var bindAs = CompileBindName(settings, at);
        var search = CompileSearch(settings, at);
        if (settings.CreateUsers && settings.Search is null)
        {
            problems.Add(at.At(nameof(settings.CreateUsers)), "Users are made of what the directory says of them, and some directories take \"nunez\" for \"núñez\": \"Search\" says where to look how somebody is really called.");
        }

        CheckAttributes(settings, at);
        var roles = CompileRoles(settings, at);
        return problems.Count > before ? null : new(name)
        {
            Servers = servers,
            AuthoritiesFile = authorities,
            BindAs = bindAs,
            Search = search,
            Deadline = settings.Deadline,
            CreatesUsers = settings.CreateUsers,
            Attributes = settings.Attributes,
            Roles = roles,
        };
    }

    private List<Uri> CompileServers(DirectorySettings settings, SourceNode at)
    {
        if (settings.Servers.Count == 0)
        {
            problems.Add(at.At(nameof(settings.Servers)), "A directory has servers: \"Servers\": [\"ldaps://dc1.clinica.example\"].");
        }

        var servers = new List<Uri>();
        foreach (var written in settings.Servers)
        {
            if (!Uri.TryCreate(written, UriKind.Absolute, out var url) || url.Scheme is not ("ldaps" or "ldap") || url.Host.Length == 0 || url.PathAndQuery is not ("" or "/") || url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            {
                problems.Add(at.At(nameof(settings.Servers)), $"A server is \"ldaps://dc1.clinica.example\", with a port behind it where that is not {Port}, not \"{written}\".");
            }
            else if (url.Scheme is "ldap")
            {
                problems.Add(at.At(nameof(settings.Servers)), $"\"{written}\" would send passwords as plain text. Zaguan speaks LDAPS only: \"ldaps://{url.Host}\" (port {Port}), for which the server needs a certificate.");
            }
            else
            {
                servers.Add(new UriBuilder(url) { Port = url.Port > 0 ? url.Port : Port, Path = "" }.Uri);
            }
        }

        foreach (var twice in servers.GroupBy(s => s).Where(g => g.Count() > 1))
        {
            problems.Add(at.At(nameof(settings.Servers)), $"\"{twice.Key.Host}\" is listed twice; a server is tried once.");
        }

        return servers;
    }

    private string CompileAuthorities(DirectorySettings settings, SourceNode at)
    {
        if (settings.CertificateAuthorityFile is not { } file)
        {
            if (Array.Find(TrustedBySystems, File.Exists) is { } trusted)
            {
                return trusted;
            }

            problems.Add(at, "This system has no list of certificates that it trusts; install ca-certificates, or name those of the directory: \"CertificateAuthorityFile\".");
            return "";
        }

        var place = at.At(nameof(settings.CertificateAuthorityFile));
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            if (authorities.Count == 0)
            {
                problems.Add(place, $"There is no certificate in {file}; it is a PEM file, with lines \"-----BEGIN CERTIFICATE-----\". (Windows exports one as \"Base-64 encoded X.509\".)");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            problems.Add(place, $"The certificates in {file} cannot be read: {e.Message}");
        }

        return Path.GetFullPath(file);
    }

    private BindName? CompileBindName(DirectorySettings settings, SourceNode at)
    {
        if (settings.BindAs is null)
        {
            if (settings.Search is not { BindAs: not null })
            {
                problems.Add(at, "How users log in to the directory is not said: \"BindAs\": \"{username}@clinica.example\", or a service account that looks for them under \"Search\": \"Base\", \"BindAs\" and \"PasswordFile\".");
            }

            return null;
        }

        var bindAs = BindName.Compile(settings.BindAs, out var objection);
        if (objection is not null)
        {
            problems.Add(at.At(nameof(settings.BindAs)), objection);
        }

        return bindAs;
    }

    private DirectorySearch? CompileSearch(DirectorySettings settings, SourceNode at)
    {
        if (settings.Search is not { } search)
        {
            return null;
        }

        var place = search.Node!;
        if (string.IsNullOrWhiteSpace(search.Base) || !search.Base.Contains('=', StringComparison.Ordinal))
        {
            problems.Add(place.At(nameof(search.Base)), "\"Base\" is the name of the entry below which users are: \"DC=clinica,DC=example\".");
        }

        var filter = SearchFilter.Compile(search.Filter, out var objection);
        if (objection is not null)
        {
            problems.Add(place.At(nameof(search.Filter)), objection);
        }

        var account = CompileAccount(search, place);
        return filter is null ? null : new(search.Base ?? "", filter, account);
    }

    private ServiceAccount? CompileAccount(SearchSettings search, SourceNode place)
    {
        if (search is { BindAs: null, PasswordFile: null })
        {
            return null;
        }

        if (string.IsNullOrWhiteSpace(search.BindAs) || LoginName.IsIn(search.BindAs))
        {
            problems.Add(place.At(nameof(search.BindAs)), "\"BindAs\" under \"Search\" is the name of one service account: \"zaguan@clinica.example\" or \"CN=zaguan,OU=Servicios,DC=clinica,DC=example\".");
            return null;
        }

        if (search.PasswordFile is not { } file)
        {
            problems.Add(place.At(nameof(search.BindAs)), "The service account has a password; \"PasswordFile\" names the file that holds it.");
            return null;
        }

        try
        {
            if (File.ReadAllText(file).TrimEnd('\r', '\n').Length == 0)
            {
                problems.Add(place.At(nameof(search.PasswordFile)), $"{file} is empty; it holds the password of the service account.");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(place.At(nameof(search.PasswordFile)), $"The password of the service account cannot be read: {e.Message}");
        }

        return new(search.BindAs, file);
    }

    private void CheckAttributes(DirectorySettings settings, SourceNode at)
    {
        var place = at.At(nameof(settings.Attributes));
        if (settings.Search is null && settings.Attributes.Count > 0)
        {
            problems.Add(place, "Attributes are read where users are found; say where that is: \"Search\": { \"Base\": \"DC=clinica,DC=example\" }.");
        }

        foreach (var (ours, theirs) in settings.Attributes)
        {
            var isAttribute = ours.StartsWith(EntryReader.AttributePrefix, StringComparison.OrdinalIgnoreCase) && ours.Length > EntryReader.AttributePrefix.Length;
            if (!isAttribute && !EntryReader.Fields.Contains(ours, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(place.At(ours), $"\"{ours}\" is nothing that is kept of a user; known are {string.Join(", ", EntryReader.Fields)} and attributes.NAME.{Nearest.Suggestion(ours, EntryReader.Fields)}");
            }

            if (theirs.Length == 0 || !theirs.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or ';'))
            {
                problems.Add(place.At(ours), $"\"{theirs}\" is no attribute of a directory; those are called givenName, sn, mail, department, …");
            }
        }
    }

    private List<GroupRole> CompileRoles(DirectorySettings settings, SourceNode at)
    {
        var place = at.At(nameof(settings.Roles));
        if (settings.Search is null && settings.Roles.Count > 0)
        {
            problems.Add(place, "Groups are read where users are found; say where that is: \"Search\": { \"Base\": \"DC=clinica,DC=example\" }.");
        }

        if (settings.Roles.Count > MostRoles)
        {
            problems.Add(place, $"At most {MostRoles} groups give roles, not {settings.Roles.Count}: a login asks for one after the other.");
        }

        var roles = new List<GroupRole>();
        foreach (var row in settings.Roles)
        {
            if (row.Group is not { } group || !group.Contains('=', StringComparison.Ordinal))
            {
                problems.Add(row.Node!.At(nameof(row.Group)), "\"Group\" is the distinguished name of a group: \"CN=Médicos,OU=Grupos,DC=clinica,DC=example\".");
            }
            else if (row.Role is not { } role || Users.Names.Objection("A role", role) is not null)
            {
                problems.Add(row.Node!.At(nameof(row.Role)), "\"Role\" is the name of the role that the members of the group have.");
            }
            else
            {
                roles.Add(new(group, role));
            }
        }

        return roles;
    }
}
