using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Zaguan.Tests.House;

namespace Zaguan.Tests.BackEnds;

/// <summary>A request as it reached the back-end.</summary>
internal sealed record Arrived(string Method, string Path, IReadOnlyList<(string Name, string Value)> Headers)
{
    /// <summary>The values of a header for a back-end that takes _ for -, as WSGI does.</summary>
    public IEnumerable<string> Values(string name) =>
        Headers.Where(h => string.Equals(h.Name.Replace('_', '-'), name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value);
}

/// <summary>A proxy with its file of samples/, of which only addresses and the certificate are replaced.</summary>
internal sealed record ProxyKind(string Name, string Sample, bool IsTls)
{
    public static readonly ProxyKind Nginx = new("nginx", "samples/nginx/inventario.conf", IsTls: true);
    public static readonly ProxyKind Caddy = new("caddy", "samples/caddy/Caddyfile", IsTls: false);

    public static ProxyKind Of(string name) => name is "nginx" ? Nginx : Caddy;

    public string Text => File.ReadAllText(Path.Combine(Repository.Root, Sample));
}

/// <summary>A proxy, Zaguan and a back-end that believes a header, as an administrator puts them up: real processes on ports of their own.</summary>
internal sealed class ProxyHouse : IAsyncDisposable
{
    public const string Name = "inventario.example";

    /// <summary>That nginx makes at its start.</summary>
    private static readonly string[] TemporaryFolders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-proxy-").FullName;
    private readonly ProxyKind kind;
    private readonly ConcurrentQueue<string> arrived = new();
    private readonly ConcurrentQueue<string> said = new();
    private Process? backEnd;
    private Process? proxy;
    private Uri backEndAddress = null!;
    private X509Certificate2? certificate;
    private int port;

    private ProxyHouse(ProxyKind kind, TestHouse zaguan)
    {
        this.kind = kind;
        Zaguan = zaguan;
    }

    public TestHouse Zaguan { get; }

    /// <summary>As a browser knows it.</summary>
    public string Origin => $"{(kind.IsTls ? "https" : "http")}://{Name}:{port}";

    public HttpClient Client { get; private set; } = null!;

    public static async Task<ProxyHouse> OpenAsync(ProxyKind kind)
    {
        var house = new ProxyHouse(kind, await TestHouse.OpenAsync(new() { Settings = Settings(kind) }));
        try
        {
            await house.StartBackEndAsync();
            await house.StartProxyAsync();
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }

        return house;
    }

    /// <summary>Sends a request by hand, and reads until the proxy closes. The request says Connection: close, or HTTP/1.0.</summary>
    public async Task<string> ExchangeAsync(string request)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        await using var stream = await SecureAsync(tcp.GetStream());
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var answer = new MemoryStream();
        try
        {
            await stream.CopyToAsync(answer, enough.Token);
        }
        catch (IOException)
        {
            // Closed with what we sent unread: it was not interested.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        return await Client.SendAsync(request);
    }

    /// <summary>The cookie that a granted login sets.</summary>
    public async Task<string> LogInAsync(string? body = null, params (string Name, string Value)[] headers)
    {
        using var answer = await SendAsync(HttpMethod.Post, DemoLogin.Inventario.Path, body ?? DemoLogin.Inventario.RightBody, headers);
        (await answer.Content.ReadAsStringAsync()).ShouldContain(DemoLogin.Inventario.GrantedMark);
        return answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().Split(';')[0];
    }

    /// <summary>What has reached the back-end since the last time. A request that was answered is among it if it did.</summary>
    public async Task<IReadOnlyList<Arrived>> ArrivedAsync()
    {
        // Straight to the back-end: when this one is told, all before it are.
        var mark = $"/marca/{Guid.NewGuid():N}";
        using var direct = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var answer = await direct.GetAsync(new Uri(backEndAddress, mark));
        var requests = new List<Arrived>();
        await Eventually.BecomesTrueAsync(
            () =>
            {
                while (arrived.TryDequeue(out var line))
                {
                    requests.Add(Read(line));
                }

                return requests.Exists(r => string.Equals(r.Path, mark, StringComparison.Ordinal));
            },
            "the back-end tells what reached it");
        return requests[..^1];
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        certificate?.Dispose();
        foreach (var process in new[] { proxy, backEnd }.OfType<Process>())
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        await Zaguan.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>The configuration that the sample's own comment asks for.</summary>
    private static Dictionary<string, string?> Settings(ProxyKind kind)
    {
        var json = string.Join('\n', kind.Text.Split('\n').Where(l => l.StartsWith("#   ", StringComparison.Ordinal)).Select(l => l[4..]));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes($"{{ {json} }}"));
        return new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable().Where(s => s.Value is not null).ToDictionary(s => s.Key, s => s.Value, StringComparer.OrdinalIgnoreCase);
    }

    private async Task StartBackEndAsync()
    {
        backEnd = await ChildProcesses.StartAsync(["python3", "-B", Path.Combine(Repository.Root, "samples/inventario-python/inventario.py"), "0"], folder);
        _ = ReadAsync(backEnd.StandardError, said);
        backEndAddress = new(await backEnd.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The back-end does not start:\n{string.Join('\n', said)}"));
        _ = ReadAsync(backEnd.StandardOutput, arrived);
    }

    private async Task StartProxyAsync()
    {
        for (var attempt = 1; !await TryStartProxyAsync(); attempt++)
        {
            // Somebody else took the port in between.
            attempt.ShouldBeLessThan(4, $"{kind.Name} does not start:\n{string.Join('\n', said)}");
        }

        Client = new(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = async (_, cancelled) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, cancelled);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = TlsOptions(),
        })
        {
            BaseAddress = new(Origin),
            Timeout = TimeSpan.FromMinutes(3),
        };
    }

    private async Task<bool> TryStartProxyAsync()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var started = await ChildProcesses.StartAsync(kind.IsTls ? Nginx() : Caddy(), folder, [new("XDG_DATA_HOME", folder), new("XDG_CONFIG_HOME", folder)]);
        _ = ReadAsync(started.StandardOutput, said);
        _ = ReadAsync(started.StandardError, said);
        var ended = false;
        await Eventually.BecomesTrueAsync(async () => (ended = started.HasExited) || await ListensAsync(), $"{kind.Name} listens");
        if (ended)
        {
            started.Dispose();
            return false;
        }

        proxy = started;
        return true;
    }

    /// <summary>One process, which dies with its id; paths that the distribution's own nginx.conf would give are in the folder.</summary>
    private IReadOnlyList<string> Nginx()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256) { CertificateExtensions = { names.Build() } };
        certificate?.Dispose();
        certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        File.WriteAllText(Path.Combine(folder, "inventario.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "inventario.key"), key.ExportPkcs8PrivateKeyPem());
        WriteSample(
            "inventario.conf",
            ("listen 443 ssl;", $"listen 127.0.0.1:{port} ssl;"),
            ("/etc/ssl/certs/inventario.pem", Path.Combine(folder, "inventario.pem")),
            ("/etc/ssl/private/inventario.key", Path.Combine(folder, "inventario.key")));
        var temporary = string.Join('\n', TemporaryFolders.Select(t => $"{t}_temp_path {folder}/{t};"));
        File.WriteAllText(
            Path.Combine(folder, "nginx.conf"),
            $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events { worker_connections 256; }
            http { access_log off; {{temporary}} include {{folder}}/inventario.conf; }
            """);
        return ["/usr/sbin/nginx", "-p", folder, "-e", "stderr", "-c", Path.Combine(folder, "nginx.conf")];
    }

    private IReadOnlyList<string> Caddy()
    {
        WriteSample("inventario.caddy", ($"{Name} {{", $"http://{Name}:{port} {{"));
        File.WriteAllText(
            Path.Combine(folder, "Caddyfile"),
            $$"""
            {
                admin off
                default_bind 127.0.0.1
            }
            import {{folder}}/inventario.caddy
            """);
        return ["/usr/bin/caddy", "run", "--config", Path.Combine(folder, "Caddyfile"), "--adapter", "caddyfile"];
    }

    private void WriteSample(string file, params (string From, string To)[] addresses)
    {
        var text = kind.Text;
        foreach (var (from, to) in addresses.Append(("127.0.0.1:5080", Zaguan.Address.Authority)).Append(("127.0.0.1:8000", backEndAddress.Authority)))
        {
            text.ShouldContain(from);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        File.WriteAllText(Path.Combine(folder, file), text);
    }

    private async Task<bool> ListensAsync()
    {
        try
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<Stream> SecureAsync(NetworkStream stream)
    {
        if (!kind.IsTls)
        {
            return stream;
        }

        var secure = new SslStream(stream, leaveInnerStreamOpen: false);
        await secure.AuthenticateAsClientAsync(TlsOptions());
        return secure;
    }

    /// <summary>The proxy's own certificate is believed, and no other.</summary>
    private SslClientAuthenticationOptions TlsOptions()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        if (certificate is not null)
        {
            policy.CustomTrustStore.Add(certificate);
        }

        return new() { TargetHost = Name, CertificateChainPolicy = policy };
    }

    private static Arrived Read(string line)
    {
        var request = JsonElement.Parse(line);
        return new(
            request.GetProperty("method").GetString()!,
            request.GetProperty("path").GetString()!,
            [.. request.GetProperty("headers").EnumerateArray().Select(h => (h[0].GetString()!, h[1].GetString()!))]);
    }

    private static async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
        }
    }
}
