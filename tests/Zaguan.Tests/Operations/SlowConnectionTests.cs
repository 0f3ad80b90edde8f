using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>Clients that hold a connection and hardly say a word.</summary>
public sealed class SlowConnectionTests
{
    private const int Connections = 10_000;

    /// <summary>Of the server, in KiB: 40 KiB a connection.</summary>
    private const long MostMemory = 400 * 1_024;

    private static readonly DemoLogin Login = DemoLogin.Of("ambiotec");

    [Fact]
    public async Task Ten_thousand_connections_that_send_a_byte_a_second_stop_nobody_and_leave_nothing_behind()
    {
        await using var server = await ServerProcess.StartAsync();
        await ExpectLoginAsync(server);
        var (descriptors, memory) = (Descriptors(server), Memory(server));

        var sockets = await ConnectAsync(server);
        using var enough = new CancellationTokenSource();
        var dripping = DripAsync(sockets, enough.Token);
        await Eventually.BecomesTrueAsync(() => Descriptors(server) >= descriptors + Connections, "the server has accepted all of them");

        for (var i = 0; i < 3; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await ExpectLoginAsync(server);
            using var live = await server.Client.GetAsync("/zaguan/health/live");
            live.StatusCode.ShouldBe(HttpStatusCode.OK);
            using var ready = await server.Client.GetAsync("/zaguan/health/ready");
            ready.StatusCode.ShouldBe(HttpStatusCode.OK);
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(5));
        }

        // They do not go: the server loses patience with them.
        await Eventually.BecomesTrueAsync(() => Descriptors(server) <= descriptors + 20, "the server has closed all of them");
        await enough.CancelAsync();
        await dripping;
        sockets.ForEach(s => s.Dispose());
        var kept = Memory(server);
        kept.ShouldBeLessThan(memory + MostMemory);

        // What the collector keeps after a storm is the room that the next one needs: nothing has leaked.
        var again = await ConnectAsync(server);
        await Eventually.BecomesTrueAsync(() => Descriptors(server) >= descriptors + Connections, "the server has accepted all of them again");
        again.ForEach(s => s.Dispose());
        await Eventually.BecomesTrueAsync(() => Descriptors(server) <= descriptors + 20, "the server has closed all of them again");
        Memory(server).ShouldBeLessThan(kept + (kept / 4));
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

    /// <summary>Half of them are slow with their headers, half with their body.</summary>
    private static async Task<List<Socket>> ConnectAsync(ServerProcess server)
    {
        var body = Encoding.ASCII.GetBytes($"POST {Login.Path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n{{");
        var headers = Encoding.ASCII.GetBytes("P");
        var sockets = new List<Socket>(Connections);
        foreach (var some in Enumerable.Range(0, Connections).Chunk(250))
        {
            sockets.AddRange(await Task.WhenAll(some.Select(async i =>
            {
                var socket = await server.ConnectAsync();
                await socket.SendAsync(i % 2 == 0 ? body : headers);
                return socket;
            })));
        }

        return sockets;
    }

    private static async Task DripAsync(List<Socket> sockets, CancellationToken enough)
    {
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var drop = "x"u8.ToArray();
        while (!enough.IsCancellationRequested)
        {
            foreach (var socket in sockets.Where(s => s.Connected))
            {
                try
                {
                    socket.Send(drop);
                }
                catch (SocketException)
                {
                    // The server has closed this one.
                }
            }

            await second.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static async Task ExpectLoginAsync(ServerProcess server)
    {
        using var answer = await server.PostAsync(Login.Path, Login.RightBody);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static int Descriptors(ServerProcess server) => Directory.GetFileSystemEntries($"/proc/{server.Id}/fd").Length;

    /// <summary>KiB that are the process's own: VmRSS counts the runtime's mapped files too.</summary>
    private static long Memory(ServerProcess server) => long.Parse(
        File.ReadLines($"/proc/{server.Id}/status").Single(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
