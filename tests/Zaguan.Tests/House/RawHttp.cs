using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zaguan.Tests.House;

/// <summary>HTTP/1.1 by hand, for requests that no client library would send.</summary>
internal static class RawHttp
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Sends it, and reads until the server has nothing more to say and closes. "" where it closes without a word.</summary>
    /// <param name="thenFinish">The client says that it sends no more.</param>
    public static async Task<string> ExchangeAsync(Uri server, string request, bool thenFinish = false)
    {
        using var socket = await ConnectAsync(server);
        var sending = SendAsync(socket, Encoding.Latin1.GetBytes(request), thenFinish);
        var answer = await ReadToEndAsync(socket);
        await sending;
        return answer;
    }

    public static async Task<Socket> ConnectAsync(Uri server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, server.Port);
        return socket;
    }

    public static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var enough = new CancellationTokenSource(Patience);
        var answer = new StringBuilder();
        var buffer = new byte[4_096];
        try
        {
            while (await socket.ReceiveAsync(buffer, enough.Token) is > 0 and var length)
            {
                answer.Append(Encoding.UTF8.GetString(buffer.AsSpan(0, length)));
            }
        }
        catch (SocketException)
        {
            // Closed with what we sent unread: it was not interested.
        }

        return answer.ToString();
    }

    private static async Task SendAsync(Socket socket, byte[] request, bool thenFinish)
    {
        try
        {
            await socket.SendAsync(request);
            if (thenFinish)
            {
                socket.Shutdown(SocketShutdown.Send);
            }
        }
        catch (SocketException)
        {
            // The server has closed; what it answered before is what counts.
        }
    }
}
