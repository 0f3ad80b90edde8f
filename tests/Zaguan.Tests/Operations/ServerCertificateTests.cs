using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>A certificate that is renewed while the server runs.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ServerCertificateTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-certificate-").FullName;
    private readonly TestCertificates authority = new();

    [Theory]
    [InlineData("urls", "Kestrel__Certificates__Default")]
    [InlineData("Kestrel__Endpoints__Web__Url", "Kestrel__Certificates__Default")]
    [InlineData("Kestrel__Endpoints__Web__Url", "Kestrel__Endpoints__Web__Certificate")]
    public async Task Renewed_certificate_is_shown_to_new_connections_and_open_ones_go_on(string address, string certificate)
    {
        var first = Write();
        await using var server = await StartAsync(address, certificate);
        var handshakes = 0;
        using var open = Client(server, () => handshakes++);
        await open.GetStringAsync("/health/live");
        (await ShownAsync(server)).ShouldBe(first);

        var second = Write();

        await Eventually.BecomesTrueAsync(async () => string.Equals(await ShownAsync(server), second, StringComparison.Ordinal), "new connections get the new certificate");
        await open.GetStringAsync("/health/live");
        handshakes.ShouldBe(1);
        await Eventually.BecomesTrueAsync(() => server.LinesWith("[1302]") == 1, "the log says so");
    }

    [Fact]
    public async Task Bundle_with_a_password_is_followed_too()
    {
        var first = WriteBundle();
        await using var server = await StartAsync("urls", "Kestrel__Certificates__Default", ("Path", Bundle), ("Password", "clave"));
        (await ShownAsync(server)).ShouldBe(first);

        var second = WriteBundle();

        await Eventually.BecomesTrueAsync(async () => string.Equals(await ShownAsync(server), second, StringComparison.Ordinal), "new connections get the new certificate");
    }

    [Fact]
    public async Task Key_that_is_encrypted_is_followed_too()
    {
        var first = Write(password: "clave");
        await using var server = await StartAsync("urls", "Kestrel__Certificates__Default", ("Path", Pem), ("KeyPath", Key), ("Password", "clave"));
        (await ShownAsync(server)).ShouldBe(first);

        var second = Write(password: "clave");

        await Eventually.BecomesTrueAsync(async () => string.Equals(await ShownAsync(server), second, StringComparison.Ordinal), "new connections get the new certificate");
    }

    [Fact]
    public async Task What_cannot_be_used_changes_nothing_and_is_said_once()
    {
        var first = Write();
        await using var server = await StartAsync("urls", "Kestrel__Certificates__Default");

        // A certificate without its key, as between the two writes of a program that renews.
        var key = await File.ReadAllTextAsync(Key);
        Write();
        (await File.ReadAllTextAsync(Key)).ShouldNotBe(key);
        await File.WriteAllTextAsync(Key, key);
        await SaysAsync(server, 1, first);
        await File.WriteAllTextAsync(Pem, "esto no es un certificado");
        await SaysAsync(server, 2, first);
        File.Delete(Pem);
        await SaysAsync(server, 3, first);

        server.Output.ShouldNotContain(key.Split('\n')[1]);
        Write(isExpired: true);
        await SaysAsync(server, 4, first);
        Write(isForClients: true);
        await SaysAsync(server, 5, first);
        var second = Write();
        await Eventually.BecomesTrueAsync(async () => string.Equals(await ShownAsync(server), second, StringComparison.Ordinal), "what can be used is used again");
        server.LinesWith("[1303]").ShouldBe(5);
    }

    [Fact]
    public async Task Certificates_between_it_and_its_authority_are_sent_along()
    {
        var first = Write();
        await using var server = await StartAsync("urls", "Kestrel__Certificates__Default");
        (await ShownAsync(server)).ShouldBe(first);

        var second = Write(between: true);

        // The client knows the authority alone; without the one between, it would not believe.
        await Eventually.BecomesTrueAsync(async () => string.Equals(await ShownAsync(server), second, StringComparison.Ordinal), "new connections get the new certificate and what is between");
    }

    /// <summary>Three endpoints: the common certificate, its own, and one for each name.</summary>
    [Fact]
    public async Task Renewed_common_certificate_is_not_shown_where_another_belongs()
    {
        Write();
        using var own = authority.Issue(["127.0.0.1"]);
        await File.WriteAllBytesAsync(Bundle, own.Export(X509ContentType.Pfx, "clave"));
        await using var server = await ServerProcess.StartAsync(new()
        {
            Arguments = ["serve"],
            Environment =
            {
                ["Kestrel__Certificates__Default__Path"] = Pem,
                ["Kestrel__Certificates__Default__KeyPath"] = Key,
                ["Kestrel__Endpoints__A__Url"] = "https://127.0.0.1:0",
                ["Kestrel__Endpoints__B__Url"] = "https://127.0.0.1:0",
                ["Kestrel__Endpoints__B__Certificate__Path"] = Bundle,
                ["Kestrel__Endpoints__B__Certificate__Password"] = "clave",
                ["Kestrel__Endpoints__C__Url"] = "https://127.0.0.1:0",
                ["Kestrel__Endpoints__C__Sni__*__Certificate__Path"] = Bundle,
                ["Kestrel__Endpoints__C__Sni__*__Certificate__Password"] = "clave",
            },
        });
        await Eventually.BecomesTrueAsync(() => server.LinesWith("Now listening on:") == 3, "all three listen");
        var ports = server.Output.Split('\n').Where(l => l.Contains("Now listening on:", StringComparison.Ordinal)).Select(l => new Uri(l[l.IndexOf("https:", StringComparison.Ordinal)..]).Port).ToList();

        var renewed = Write();
        await Eventually.BecomesTrueAsync(
            async () => (await Task.WhenAll(ports.Select(p => ShownAsync(p, authority.AuthorityPem)))).Contains(renewed, StringComparer.Ordinal), "the common certificate is shown");

        var shown = await Task.WhenAll(ports.Select(p => ShownAsync(p, authority.AuthorityPem)));
        shown.Order(StringComparer.Ordinal).ShouldBe(new[] { renewed, own.Thumbprint, own.Thumbprint }.Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        authority.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string Pem => Path.Combine(folder, "server.pem");

    private string Key => Path.Combine(folder, "server.key");

    private string Bundle => Path.Combine(folder, "server.pfx");

    /// <returns>Its thumbprint.</returns>
    private string Write(bool between = false, bool isExpired = false, bool isForClients = false, string? password = null)
    {
        using var intermediate = authority.IssueAuthority("Intermedia");
        using var issued = (between ? intermediate : authority).Issue(["127.0.0.1"], isExpired, isForClients);
        using var key = issued.GetECDsaPrivateKey()!;
        File.WriteAllText(Key, password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000)));
        File.WriteAllText(Pem, $"{issued.ExportCertificatePem()}\n{(between ? intermediate.AuthorityPem : "")}\n");
        return issued.Thumbprint;
    }

    private string WriteBundle()
    {
        using var issued = authority.Issue(["127.0.0.1"]);
        File.WriteAllBytes(Bundle, issued.Export(X509ContentType.Pfx, "clave"));
        return issued.Thumbprint;
    }

    private Task<ServerProcess> StartAsync(string address, string certificate, params (string Name, string Value)[] settings) => ServerProcess.StartAsync(new()
    {
        Arguments = ["serve"],
        Environment = new(
            (settings.Length > 0 ? settings : [("Path", Pem), ("KeyPath", Key)]).Select(s => KeyValuePair.Create($"{certificate}__{s.Name}", (string?)s.Value))
                .Append(new(address, "https://127.0.0.1:0")),
            StringComparer.Ordinal),
    });

    private static async Task SaysAsync(ServerProcess server, int times, string still)
    {
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                (await ShownAsync(server.Address.Port, authority: null)).ShouldBe(still);
                return server.LinesWith("[1303]") == times;
            },
            "the log says that the certificate cannot be used");
        (await ShownAsync(server.Address.Port, authority: null)).ShouldBe(still);
    }

    private Task<string> ShownAsync(ServerProcess server) => ShownAsync(server.Address.Port, authority.AuthorityPem);

    /// <summary>The thumbprint of what a new connection is shown; empty: it does not believe it.</summary>
    private static async Task<string> ShownAsync(int port, string? authority)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(socket.GetStream());
        try
        {
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "127.0.0.1",
                CertificateChainPolicy = Policy(authority),
                RemoteCertificateValidationCallback = (_, _, _, errors) => authority is null || errors == SslPolicyErrors.None,
            });
            return tls.RemoteCertificate!.GetCertHashString();
        }
        catch (AuthenticationException)
        {
            return "";
        }
    }

    private HttpClient Client(ServerProcess server, Action handshake)
    {
        return new(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions = new()
            {
                CertificateChainPolicy = Policy(authority.AuthorityPem),
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                {
                    handshake();
                    return errors == SslPolicyErrors.None;
                },
            },
        })
        {
            BaseAddress = server.Address,
        };
    }

    private static X509ChainPolicy Policy(string? authority)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (authority is not null)
        {
            policy.CustomTrustStore.ImportFromPem(authority);
        }

        return policy;
    }
}
