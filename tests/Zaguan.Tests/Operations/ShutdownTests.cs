using System.Net;
using System.Net.Sockets;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

public sealed class ShutdownTests
{
    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Asked_to_end_it_finishes_the_logins_in_flight_takes_no_new_ones_and_exits_with_0()
    {
        await using var server = await ServerProcess.StartAsync();
        // Of one account five are hashed at once: most of them wait while the server is asked to end, however many cores there are.
        var logins = Enumerable.Range(0, 15 * Math.Min(5, Environment.ProcessorCount)).Select(async _ =>
        {
            using var answer = await server.PostAsync(Login.Path, Login.RightBody);
            return (answer.StatusCode, Body: await answer.Content.ReadAsStringAsync());
        }).ToList();
        await Task.WhenAny(logins);

        server.Terminate();
        await Eventually.BecomesTrueAsync(() => RefusesConnectionsAsync(server), "the port is closed");

        logins.Count(l => !l.IsCompleted).ShouldBeGreaterThan(0);
        var answers = await Task.WhenAll(logins);
        answers.ShouldAllBe(a => a.StatusCode == HttpStatusCode.OK && a.Body.Contains(Login.GrantedMark, StringComparison.Ordinal));
        (await server.ExitAsync()).ShouldBe(0);
        server.Errors.ShouldBeEmpty();
        // Ended in order: the log is folded into the file.
        File.Exists($"{server.DatabaseFile}-wal").ShouldBeFalse();
    }

    [Fact]
    public async Task A_client_that_says_nothing_does_not_hold_up_the_end()
    {
        await using var server = await ServerProcess.StartAsync();
        using var silent = await RawHttp.ConnectAsync(server.Address);
        using var live = await server.Client.GetAsync("/zaguan/health/live");

        server.Terminate();

        (await server.ExitAsync()).ShouldBe(0);
    }

    private static async Task<bool> RefusesConnectionsAsync(ServerProcess server)
    {
        try
        {
            using var socket = await RawHttp.ConnectAsync(server.Address);
            return false;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            // The port was closed while this connection waited to be accepted.
            return false;
        }
    }
}
