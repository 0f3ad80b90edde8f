using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace Zaguan.Tests.Sources;

/// <summary>A login request as an old system got it.</summary>
internal sealed record OldRequest(string Line, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public JsonElement Json => JsonElement.Parse(Body);
}

/// <summary>What goes back over the wire, byte for byte.</summary>
/// <param name="Ending">What becomes of the connection then.</param>
internal sealed record OldReply(byte[] Bytes, Ending Ending = Ending.Close)
{
    public static OldReply Json(int status, string body) => Of(status, "application/json; charset=utf-8", body);

    public static OldReply Of(int status, string contentType, string body, string headers = "") => new(Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {status} Whatever\r\nContent-Type: {contentType}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nX-Powered-By: ASP.NET\r\n{headers}\r\n{body}"));
}

internal enum Ending
{
    Close,

    /// <summary>It stays open, and nothing more comes.</summary>
    Hang,

    /// <summary>As when a process dies.</summary>
    Reset,
}

/// <summary>An HTTP server of its own code on a free port, which answers whatever a test wants, whole or not.</summary>
internal sealed class OldSystem : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<TcpClient, Task> connections = new();
    private readonly ConcurrentQueue<OldRequest> requests = new();
    private readonly Task accepting;

    public OldSystem(Func<OldRequest, OldReply> answer, int port = 0)
    {
        Answer = answer;
        listener = new(IPAddress.Loopback, port);
        listener.Start(512);
        accepting = AcceptAsync();
    }

    public Func<OldRequest, OldReply> Answer { get; set; }

    /// <summary>With it, it speaks TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Url(string path) => $"{(Certificate is null ? "http" : "https")}://127.0.0.1:{Port}{path}";

    public IReadOnlyCollection<OldRequest> Requests => requests;

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        // First: a listener that is stopped refuses to be asked for the next connection.
        await accepting;
        listener.Stop();
        await Task.WhenAll(connections.Values);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                connections[client] = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        await Task.Yield();
        try
        {
            using (client)
            {
                await using var stream = await OpenAsync(client);
                if (await ReadAsync(stream) is not { } request)
                {
                    return;
                }

                requests.Enqueue(request);
                var reply = Answer(request);
                await stream.WriteAsync(reply.Bytes, stopping.Token);
                await EndAsync(client, stream, reply.Ending);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or AuthenticationException)
        {
            // Whoever asked has hung up, or the test is over.
        }
        finally
        {
            connections.TryRemove(client, out _);
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (Certificate is null)
        {
            return client.GetStream();
        }

        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, stopping.Token);
        return tls;
    }

    private async Task EndAsync(TcpClient client, Stream stream, Ending ending)
    {
        switch (ending)
        {
            case Ending.Hang:
                await Task.Delay(Timeout.Infinite, stopping.Token);
                break;
            case Ending.Reset:
                client.Client.LingerState = new(enable: true, 0);
                break;
            case Ending.Close:
                client.Client.Shutdown(SocketShutdown.Send);
                // Until the other side has read it all and closes too: closing first may reset what is on its way.
                var rest = new byte[1024];
                while (await stream.ReadAsync(rest, stopping.Token) > 0)
                {
                }

                break;
            default:
                throw new InvalidOperationException($"{ending}");
        }
    }

    private async Task<OldRequest?> ReadAsync(Stream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[8192];
        while (true)
        {
            var text = Encoding.UTF8.GetString([.. bytes]);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0)
            {
                var lines = text[..end].Split("\r\n");
                var headers = lines.Skip(1).Select(l => l.Split(": ", 2)).ToDictionary(l => l[0], l => l[1], StringComparer.OrdinalIgnoreCase);
                var length = int.Parse(headers["Content-Length"], System.Globalization.CultureInfo.InvariantCulture);
                if (bytes.Count >= end + 4 + length)
                {
                    return new(lines[0], headers, text[(end + 4)..]);
                }
            }

            var read = await stream.ReadAsync(buffer, stopping.Token);
            if (read == 0)
            {
                return null;
            }

            bytes.AddRange(buffer.AsSpan(0, read));
        }
    }
}
