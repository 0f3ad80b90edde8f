using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>Clients that hold a connection and hardly say a word.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class SlowConnectionTests
{
    private const int Connections = 10_000;

    /// <summary>The heap that the server is given, in bytes: enough for one storm, too little for two of which the first stays. A collector without a limit lets garbage lie.</summary>
    private const long Heap = 256 * 1_024 * 1_024;

    /// <summary>The most that are between two connections at any moment, on a busy machine.</summary>
    private const int Reconnecting = 5_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly DemoLogin Login = DemoLogin.Ambiotec;
    private static readonly byte[] SlowBody = Encoding.ASCII.GetBytes($"POST {Login.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n{{");
    private static readonly byte[] SlowHeaders = "P"u8.ToArray();

    [Fact]
    public async Task Ten_thousand_connections_that_send_a_byte_a_second_stop_nobody_and_leave_nothing_behind()
    {
        await using var server = await ServerProcess.StartAsync(new() { Environment = { ["DOTNET_GCHeapHardLimit"] = Heap.ToString("x", CultureInfo.InvariantCulture) } });
        await ExpectLoginAsync(server);
        var (descriptors, memory) = (Descriptors(server), Memory(server));

        var sockets = await ConnectAsync(server);
        using var storm = new CancellationTokenSource();
        var dripping = DripAsync(server, sockets, storm.Token);
        await Eventually.BecomesTrueAsync(() => Descriptors(server) >= descriptors + Connections - Reconnecting, "the server has accepted all of them", Patience);

        for (var i = 0; i < 3; i++)
        {
            await ExpectLoginAsync(server);
            using var live = await server.Client.GetAsync("/zaguan/health/live");
            live.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var ready = await server.Client.GetAsync("/zaguan/health/ready");
            ready.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        await Eventually.BecomesTrueAsync(() => Descriptors(server) >= descriptors + Connections - Reconnecting, "those whom it turned out meanwhile are back", Patience);

        // Those whom the server loses patience with do not come back any more.
        await storm.CancelAsync();
        await dripping;
        await Eventually.BecomesTrueAsync(() => Descriptors(server) <= descriptors + 20, "the server has closed all of them", Patience);
        Array.ForEach(sockets, s => s.Dispose());
        // And once more, in the same heap.
        var again = await ConnectAsync(server);
        await Eventually.BecomesTrueAsync(() => Descriptors(server) >= descriptors + Connections - Reconnecting, "the server has accepted all of them again", Patience);
        Array.ForEach(again, s => s.Dispose());
        await Eventually.BecomesTrueAsync(() => Descriptors(server) <= descriptors + 20, "the server has closed all of them again", Patience);
        Memory(server).ShouldBeLessThan(memory + (2 * Heap));
        await ExpectLoginAsync(server);
    }

    [Fact]
    public async Task A_body_that_does_not_come_is_timed_out_and_is_no_attempt()
    {
        await using var house = await TestHouse.OpenAsync();
        using var socket = await RawHttp.ConnectAsync(house.Address);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {Login.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"));

        (await RawHttp.ReadToEndAsync(socket)).ShouldStartWith("HTTP/1.1 408 ");
        (await house.AccessLogAsync()).ShouldBeEmpty();
    }

    private static async Task<Socket[]> ConnectAsync(ServerProcess server)
    {
        var sockets = new Socket[Connections];
        await ConnectAsync(server, sockets, Enumerable.Range(0, Connections));
        return sockets;
    }

    private static async Task ConnectAsync(ServerProcess server, Socket[] sockets, IEnumerable<int> numbers)
    {
        foreach (var some in numbers.Chunk(250))
        {
            await Task.WhenAll(some.Select(async i => sockets[i] = await ConnectAsync(server, i)));
        }
    }

    /// <summary>Half of them are slow with their headers, half with their body.</summary>
    private static async Task<Socket> ConnectAsync(ServerProcess server, int number)
    {
        var socket = await RawHttp.ConnectAsync(server.Address);
        await socket.SendAsync(number % 2 == 0 ? SlowBody : SlowHeaders);
        return socket;
    }

    /// <summary>A byte a second each. Whom the server turns out comes again.</summary>
    private static async Task DripAsync(ServerProcess server, Socket[] sockets, CancellationToken enough)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var drop = "x"u8.ToArray();
        while (!enough.IsCancellationRequested)
        {
            var turnedOut = new List<int>();
            for (var i = 0; i < sockets.Length && !enough.IsCancellationRequested; i++)
            {
                try
                {
                    sockets[i].Send(drop);
                }
                catch (SocketException)
                {
                    sockets[i].Dispose();
                    turnedOut.Add(i);
                }
            }

            await ConnectAsync(server, sockets, turnedOut);
            await second.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static async Task ExpectLoginAsync(ServerProcess server)
    {
        using var answer = await server.PostAsync(Login.Path, Login.RightBody);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static int Descriptors(ServerProcess server) => Directory.GetFileSystemEntries($"/proc/{server.Id}/fd").Length;

    /// <summary>Bytes that are the process's own: VmRSS counts the runtime's mapped files too.</summary>
    private static long Memory(ServerProcess server) => long.Parse(
        File.ReadLines($"/proc/{server.Id}/status").Single(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1_024;
}
