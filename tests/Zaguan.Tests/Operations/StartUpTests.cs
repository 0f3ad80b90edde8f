using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>What cannot be served safely does not start: it says what is wrong and what to do, and never prints a stack trace.</summary>
public sealed class StartUpTests
{
    private static Dictionary<string, string?> Ambiotec => new(StringComparer.Ordinal) { ["Applications__ambiotec__JWT_SECRET"] = FourApplications.Secret };

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Outside_Development_with_nothing_configured_it_says_what_to_configure() =>
        await ExpectRefusalAsync(new() { IsDevelopment = false }, 3, "No application is configured.");

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Everything_that_is_wrong_is_said_at_once()
    {
        var options = new ServerOptions
        {
            IsDevelopment = false,
            Arguments = ["serve", "--urls", "http://0.0.0.0:0;nonsense"],
            Environment =
            {
                ["Applications__ambiotec__JWT_SECRET"] = "corto",
                ["Applications__romsoft__JWT_SECRET_KEY"] = "4b436579-7850-45bc-be7a-0e8a7c7715c9",
                ["Applications__inventario__IssueToken"] = "true",
                ["Applications__tienda__Realm"] = "Tienda Ñ",
                ["Budgets__Account__Failures"] = "101",
                ["Budgets__Account__RefusedFor"] = "15m",
                ["Budgets__Account__RefusedForAtMost"] = "15m",
                ["Network__TrustedProxies__0"] = "proxy",
                ["Hashing__LongestQueue"] = "muchos",
            },
        };

        await ExpectRefusalAsync(
            options,
            3,
            "The secret has 5 bytes",
            "printed in public documentation",
            "\"JWT_ISSUER_TOKEN\" is missing",
            "\"JWT_SECRET\", the secret that signs this application's tokens, is missing",
            "There is no contract \"tienda\"",
            "NIST SP 800-63B-4",
            "\"proxy\" is neither an address",
            "environment variable Hashing__LongestQueue",
            "http://0.0.0.0:0 would carry passwords in plain text",
            "\"nonsense\" is no address to listen on");
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://192.0.2.1:80")]
    public async Task Plain_HTTP_beyond_this_machine_is_refused(string url) =>
        await ExpectRefusalAsync(new() { IsDevelopment = false, Environment = Ambiotec, Arguments = ["serve", "--urls", url] }, 3, "would carry passwords in plain text");

    [Fact]
    public async Task Plain_HTTP_beyond_this_machine_is_served_behind_a_trusted_proxy()
    {
        await using var server = await ServerProcess.StartAsync(new()
        {
            IsDevelopment = false,
            Environment = new(Ambiotec, StringComparer.Ordinal) { ["Network__TrustedProxies__0"] = "10.0.0.0/8" },
            Arguments = ["serve", "--urls", "http://0.0.0.0:0"],
        });
        server.Output.ShouldContain("Now listening on");
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task A_database_with_the_demo_users_is_refused_outside_Development()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
        await ExpectRefusalAsync(new() { IsDevelopment = false, Folder = folder, Environment = Ambiotec }, 1, "holds the demo users");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task A_data_folder_that_cannot_be_written_is_said()
    {
        string[] wrapper = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--"] : [];
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await ChildProcesses.RunAsync("chmod", "0500", folder);
        await ExpectRefusalAsync(new() { IsDevelopment = false, Folder = folder, Environment = Ambiotec, Wrapper = wrapper }, 1, "The database data/zaguan.db cannot be opened", "denied");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task A_data_folder_that_is_a_file_is_said()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "data"), "");
        await ExpectRefusalAsync(new() { IsDevelopment = false, Folder = folder, Environment = Ambiotec }, 1, "The database data/zaguan.db cannot be opened");
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_port_in_use_is_said()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var url = $"http://127.0.0.1:{((IPEndPoint)other.LocalEndPoint!).Port}";
        await ExpectRefusalAsync(new() { IsDevelopment = false, Environment = Ambiotec, Arguments = ["serve", "--urls", url] }, 1, url, "address already in use");
    }

    [Fact]
    public async Task An_address_that_this_machine_does_not_have_is_said() =>
        await ExpectRefusalAsync(new() { IsDevelopment = true, Arguments = ["serve", "--urls", "http://192.0.2.1:8080"] }, 1, "192.0.2.1");

    [Fact]
    public async Task HTTPS_without_a_certificate_is_said() =>
        await ExpectRefusalAsync(new() { IsDevelopment = false, Environment = Ambiotec, Arguments = ["serve", "--urls", "https://127.0.0.1:0"] }, 3, "https://127.0.0.1:0 has no certificate. Name one under Kestrel:Certificates:Default");

    [Fact]
    public async Task A_certificate_that_does_not_exist_is_said() =>
        await ExpectRefusalAsync(
            new() { IsDevelopment = false, Environment = new(Ambiotec, StringComparer.Ordinal) { ["Kestrel__Certificates__Default__Path"] = "/nowhere/zaguan.pfx" }, Arguments = ["serve", "--urls", "https://127.0.0.1:0"] },
            1,
            "/nowhere/zaguan.pfx");

    [Fact]
    public async Task A_certificate_of_Kestrels_configuration_serves_a_login_over_HTTPS()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
        using var certificate = SelfSigned();
        await File.WriteAllBytesAsync(Path.Combine(folder, "zaguan.pfx"), certificate.Export(X509ContentType.Pfx, "clave"));
        await using var server = await ServerProcess.StartAsync(new()
        {
            Folder = folder,
            Arguments = ["serve"],
            Environment =
            {
                ["Kestrel__Endpoints__Web__Url"] = "https://127.0.0.1:0",
                ["Kestrel__Certificates__Default__Path"] = Path.Combine(folder, "zaguan.pfx"),
                ["Kestrel__Certificates__Default__Password"] = "clave",
            },
        });
        var login = DemoLogin.Romsoft;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { certificate } } },
        });

        using var answer = await client.PostAsync(new Uri(server.Address, login.Path), new StringContent(login.RightBody, Encoding.UTF8, "application/json"));

        server.Address.Scheme.ShouldBe("https");
        (await answer.Content.ReadAsStringAsync()).ShouldContain(login.GrantedMark);
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=zaguan.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private static async Task ExpectRefusalAsync(ServerOptions options, int exitCode, params string[] sentences)
    {
        await using var server = await ServerProcess.LaunchAsync(options);
        var code = await server.ExitAsync();
        foreach (var sentence in sentences)
        {
            server.Errors.ShouldContain(sentence);
        }

        code.ShouldBe(exitCode, server.Errors);
        $"{server.Errors}\n{server.Output}".ShouldNotContain("   at ");
        server.Output.ShouldNotContain("Now listening");
    }
}
