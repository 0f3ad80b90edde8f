using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Zaguan.Tests.House;

/// <summary>Stands before a server, on a free port: passes everything on, or accepts and says nothing.</summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Task accepting;
    private readonly ConcurrentBag<TcpClient> open = [];
    private int connections;
    private long longest;

    /// <param name="to">Null: it never answers.</param>
    public TcpRelay(IPEndPoint? to, string address = "127.0.0.1")
    {
        listener = new(IPAddress.Parse(address), 0);
        listener.Start();
        accepting = AcceptAsync(to);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string Server => $"ldaps://{((IPEndPoint)listener.LocalEndpoint).Address}:{Port}";

    /// <summary>So many were accepted.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>While it is true, nothing that the server says gets through.</summary>
    public bool IsSilent
    {
        get => Volatile.Read(ref field);
        set => Volatile.Write(ref field, value);
    }

    /// <summary>So much of what the server says on a connection gets through, and then nothing; null: everything.</summary>
    public long? BytesUntilSilence { get; init; }

    /// <summary>Bytes that the server has said on one connection.</summary>
    public long LongestConversation => Interlocked.Read(ref longest);

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await accepting;
        foreach (var client in open)
        {
            client.Dispose();
        }
    }

    private async Task AcceptAsync(IPEndPoint? to)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync();
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException)
            {
                return;
            }

            Interlocked.Increment(ref connections);
            open.Add(client);
            if (to is not null)
            {
                _ = PassOnAsync(client, to);
            }
        }
    }

    private async Task PassOnAsync(TcpClient client, IPEndPoint to)
    {
        var server = new TcpClient();
        open.Add(server);
        try
        {
            await server.ConnectAsync(to);
            await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream()), AnswerAsync(server, client));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // One side is gone; so is the other.
        }
        finally
        {
            server.Dispose();
            client.Dispose();
        }
    }

    private async Task AnswerAsync(TcpClient server, TcpClient client)
    {
        var buffer = new byte[16_384];
        var said = 0L;
        while (await server.GetStream().ReadAsync(buffer) is > 0 and var count)
        {
            var passes = IsSilent ? 0 : (int)Math.Min(count, (BytesUntilSilence ?? long.MaxValue) - said);
            said += passes;
            Interlocked.Exchange(ref longest, Math.Max(said, LongestConversation));
            await client.GetStream().WriteAsync(buffer.AsMemory(0, passes));
        }
    }
}
