using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zaguan.Tests.Comparison;

/// <summary>A server that reads a request and then does to the connection whatever a test says.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly Task accepting;
    private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public RawServer(Func<Socket, CancellationToken, Task> answer)
    {
        listener.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/api/login";
        accepting = AcceptAsync(answer);
    }

    public string Url { get; }

    /// <summary>The first request is there.</summary>
    public Task Asked => asked.Task;

    /// <summary>The address of a server that has gone.</summary>
    public static async Task<string> GoneAsync()
    {
        await using var server = new RawServer((_, _) => Task.CompletedTask);
        return server.Url;
    }

    public static Task Hang(Socket socket, CancellationToken ended) => Task.Delay(Timeout.Infinite, ended);

    public static Task Reset(Socket socket, CancellationToken ended)
    {
        socket.LingerState = new(enable: true, seconds: 0);
        return Task.CompletedTask;
    }

    /// <summary>Says this and then no more.</summary>
    public static Func<Socket, CancellationToken, Task> SayAndHang(string answer) => async (socket, ended) =>
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(answer), ended);
        await Hang(socket, ended);
    };

    /// <summary>Says this and closes.</summary>
    public static Func<Socket, CancellationToken, Task> Say(string answer) => async (socket, ended) =>
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(answer), ended);
        socket.Shutdown(SocketShutdown.Send);
    };

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        // First: a listener that is stopped refuses to be asked for the next connection.
        await accepting;
        listener.Stop();
        listener.Dispose();
        ending.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> answer)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync(ending.Token);
                await ReadRequestAsync(socket);
                asked.TrySetResult();
                await answer(socket, ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over, or its client has hung up.
        }
    }

    /// <summary>Whole, so that closing is a close and no reset.</summary>
    private async Task ReadRequestAsync(Socket socket)
    {
        var request = new StringBuilder();
        var buffer = new byte[4_096];
        while (!request.ToString().EndsWith("\"}", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, ending.Token) is > 0 and var length)
        {
            request.Append(Encoding.UTF8.GetString(buffer.AsSpan(0, length)));
        }
    }
}
