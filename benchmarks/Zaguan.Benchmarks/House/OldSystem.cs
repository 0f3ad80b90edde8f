using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zaguan.Benchmarks.House;

internal enum OldBehaviour
{
    Refuses,
    Hangs,
    Resets,
    AnswersHtml,
}

/// <summary>An old login endpoint on a socket, which works or fails as it is told.</summary>
internal sealed class OldSystem : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    public OldSystem()
    {
        listener.Start(512);
        accepting = AcceptAsync();
    }

    public volatile OldBehaviour Behaviour;

    public string Url => $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{BenchmarkHouse.Path}";

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        // First: a listener that is stopped refuses to be asked for the next connection.
        await accepting;
        listener.Stop();
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.RemoveAll(s => s.IsCompleted);
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stopping.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var disposed = client;
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[4096];
            var length = 0;
            // A login is small; its body ends with its brace.
            while (length == 0 || buffer[length - 1] != '}')
            {
                length += await stream.ReadAsync(buffer.AsMemory(length), stopping.Token);
            }

            switch (Behaviour)
            {
                case OldBehaviour.Refuses:
                    await stream.WriteAsync(Reply(401, "application/json", """{"error":"Credenciales inválidas"}"""), stopping.Token);
                    break;
                case OldBehaviour.AnswersHtml:
                    await stream.WriteAsync(Reply(200, "text/html", "<html><body>Mantenimiento</body></html>"), stopping.Token);
                    break;
                case OldBehaviour.Hangs:
                    // Until the other side has had enough.
                    _ = await stream.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, stopping.Token);
                    break;
                case OldBehaviour.Resets:
                    client.LingerState = new(enable: true, 0);
                    break;
                default:
                    throw new InvalidOperationException($"{Behaviour}");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ArgumentException)
        {
            // The benchmark is over, or whoever asked has hung up.
        }
    }

    private static byte[] Reply(int status, string type, string body) => Encoding.UTF8.GetBytes(
        $"HTTP/1.1 {status} OK\r\nContent-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
}
