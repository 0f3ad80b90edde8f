using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Zaguan.Tests.House;

/// <summary>Tests that share one.</summary>
[CollectionDefinition(Name)]
public sealed class SambaTests : ICollectionFixture<SambaDirectory>
{
    public const string Name = "Samba";
}

/// <summary>
/// A real Active Directory domain controller, Samba's, on a loopback address of its own: its ports are fixed, addresses there are sixteen million of. One serves all tests;
/// each makes its own users. It takes root, as ports below 1024 do.
/// </summary>
public sealed class SambaDirectory : IAsyncLifetime
{
    public const string Base = "DC=clinica,DC=example";

    /// <summary>Of the domain: so many wrong passwords lock an account.</summary>
    public const int LockedAfter = 5;

    private const string AdministratorPassword = "Puerta-del-zaguán-2026";
    private const string ServicePassword = "Servicio-del-zaguán-2026";

    /// <summary>With Samba's own control that lets pwdLastSet be any instant (DSDB_CONTROL_PASSWORD_BYPASS_LAST_SET_OID).</summary>
    private const string LongAgo = """
        import sys, ldb
        from samba.auth import system_session
        from samba.param import LoadParm
        from samba.samdb import SamDB
        settings = LoadParm()
        settings.load(sys.argv[1])
        database = SamDB(session_info=system_session(), lp=settings)
        change = ldb.Message(ldb.Dn(database, sys.argv[2]))
        change["pwdLastSet"] = ldb.MessageElement("132000000000000000", ldb.FLAG_MOD_REPLACE, "pwdLastSet")
        database.modify(change, controls=["local_oid:1.3.6.1.4.1.7165.4.3.20:0"])
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-samba-").FullName;
    private readonly TestCertificates certificates = new();
    private Process? process;

    public IPAddress Address { get; private set; } = IPAddress.None;

    public string Server => $"ldaps://{Address}";

    public string AuthoritiesFile => Path.Combine(folder, "ca.pem");

    /// <summary>Of an authority that did not issue its certificate.</summary>
    public string OtherAuthoritiesFile => Path.Combine(folder, "other-ca.pem");

    public const string ServiceAccount = "zaguan@clinica.example";

    public string ServicePasswordFile => Path.Combine(folder, "service.secret");

    public async ValueTask InitializeAsync()
    {
        Address = FreeAddress();
        WriteCertificates();
        await File.WriteAllTextAsync(ServicePasswordFile, $"{ServicePassword}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(ServicePasswordFile, UnixFileMode.UserRead);
        }

        var empty = Path.Combine(folder, "empty.conf");
        await File.WriteAllTextAsync(empty, "");
        await ChildProcesses.RunAsync(
            "samba-tool", "domain", "provision", $"--configfile={empty}", $"--targetdir={folder}/dc", "--realm=CLINICA.EXAMPLE", "--domain=CLINICA", "--server-role=dc", "--use-rfc2307",
            "--dns-backend=SAMBA_INTERNAL", "--host-ip=127.0.0.1", "--host-name=dc1", $"--adminpass={AdministratorPassword}", "--option=interfaces=lo", "--option=bind interfaces only=yes");
        await File.WriteAllTextAsync(Path.Combine(folder, "smb.conf"), Configuration());
        await StartAsync();
        await ModifyAsync($"dn: {Base}\nchangetype: modify\nreplace: lockoutThreshold\nlockoutThreshold: {LockedAfter}\n");
        await AddUserAsync("zaguan", ServicePassword);
    }

    public async Task StartAsync()
    {
        process = await ChildProcesses.StartAsync(["samba", "-i", "-M", "single", "-s", Path.Combine(folder, "smb.conf"), "--debug-stdout"], folder);
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
        await Eventually.BecomesTrueAsync(AnswersAsync, "Samba answers");
    }

    public async Task StopAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>A user with this name and password. Its distinguished name.</summary>
    public async Task<string> AddUserAsync(string name, string password, params (string Attribute, string Value)[] attributes)
    {
        var dn = $"CN={name},CN=Users,{Base}";
        await AddAsync(dn, [("objectClass", "user"), ("sAMAccountName", name), ("userPrincipalName", $"{name}@clinica.example"), ("userAccountControl", "512"), .. attributes], password);
        return dn;
    }

    /// <summary>Its distinguished name.</summary>
    public async Task<string> AddGroupAsync(string name, params string[] members)
    {
        var dn = $"CN={name},CN=Users,{Base}";
        await AddAsync(dn, [("objectClass", "group"), ("sAMAccountName", name), .. members.Select(m => ("member", m))]);
        return dn;
    }

    public Task AddAsync(string dn, IEnumerable<(string Attribute, string Value)> attributes, string? password = null)
    {
        var ldif = new StringBuilder($"{Line("dn", dn)}changetype: add\n");
        foreach (var (attribute, value) in attributes)
        {
            ldif.Append(Line(attribute, value));
        }

        if (password is not null)
        {
            // Active Directory takes a password in quotation marks, as UTF-16.
            ldif.Append(CultureInfo.InvariantCulture, $"unicodePwd:: {Convert.ToBase64String(Encoding.Unicode.GetBytes($"\"{password}\""))}\n");
        }

        return ModifyAsync(ldif.ToString());
    }

    public Task SetAsync(string dn, string attribute, string value) => ModifyAsync($"{Line("dn", dn)}changetype: modify\nreplace: {attribute}\n{Line(attribute, value)}");

    /// <summary>The user's password was set years ago, and is older than the domain allows. Over LDAP nobody can say so: it goes straight into the database.</summary>
    public Task ExpireAsync(string dn) => ChildProcesses.RunAsync("/usr/bin/python3", "-c", LongAgo, Path.Combine(folder, "smb.conf"), dn);

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await StopAsync();
        }

        certificates.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static string Line(string attribute, string value) => $"{attribute}:: {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}\n";

    /// <summary>With the tools of OpenLDAP: nothing of what is tested has a hand in it.</summary>
    public async Task ModifyAsync(string ldif)
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid()}.ldif");
        await File.WriteAllTextAsync(file, ldif);
        await ChildProcesses.RunAsync("env", $"LDAPTLS_CACERT={AuthoritiesFile}", "ldapmodify", "-x", "-H", Server, "-D", "administrator@clinica.example", "-w", AdministratorPassword, "-f", file);
        File.Delete(file);
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ChildProcesses.RunAsync("env", $"LDAPTLS_CACERT={AuthoritiesFile}", "ldapsearch", "-x", "-H", Server, "-D", "administrator@clinica.example", "-w", AdministratorPassword, "-b", "", "-s", "base");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>By chance, so that two runs at once do not meet; and looked at.</summary>
    private static IPAddress FreeAddress()
    {
        while (true)
        {
            var address = new IPAddress([127, (byte)RandomNumberGenerator.GetInt32(1, 255), (byte)RandomNumberGenerator.GetInt32(256), (byte)RandomNumberGenerator.GetInt32(1, 255)]);
            try
            {
                using var ldaps = new TcpListener(address, 636);
                ldaps.Start();
                return address;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody else's.
            }
        }
    }

    private void WriteCertificates()
    {
        // 127.0.0.1 too: there tests put something between.
        using var issued = certificates.Issue([Address.ToString(), "127.0.0.1", "dc1.clinica.example"]);
        using var other = new TestCertificates("Otra");
        File.WriteAllText(AuthoritiesFile, certificates.AuthorityPem);
        File.WriteAllText(OtherAuthoritiesFile, other.AuthorityPem);
        File.WriteAllText(Path.Combine(folder, "dc.pem"), issued.ExportCertificatePem());
        var key = Path.Combine(folder, "dc.key");
        File.WriteAllText(key, issued.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        if (!OperatingSystem.IsWindows())
        {
            // Samba refuses a key that others can read.
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private string Configuration() => $"""
        [global]
          netbios name = DC1
          realm = CLINICA.EXAMPLE
          workgroup = CLINICA
          server role = active directory domain controller
          server services = ldap
          interfaces = {Address}/8
          bind interfaces only = yes
          lock directory = {folder}/dc
          state directory = {folder}/dc/state
          cache directory = {folder}/dc/cache
          private dir = {folder}/dc/private
          pid directory = {folder}/dc
          ncalrpc dir = {folder}/dc/ncalrpc
          log file = {folder}/dc/log
          idmap_ldb:use rfc2307 = yes
          tls enabled = yes
          tls keyfile = {folder}/dc.key
          tls certfile = {folder}/dc.pem
          tls cafile = {folder}/ca.pem

        """;
}
