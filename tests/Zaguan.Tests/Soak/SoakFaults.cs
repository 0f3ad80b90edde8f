using System.Globalization;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Soak;

/// <summary>What can happen to a login server that runs for years, each by the thing itself: processes are killed and held, the disk's calls are delayed, files are changed under it.</summary>
internal sealed class SoakFaults(SoakHouse house, SoakLoad load)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>How long a call waits that makes the disk keep something.</summary>
    private static readonly TimeSpan DiskDelay = TimeSpan.FromMilliseconds(150);

    private static readonly TimeSpan Jump = TimeSpan.FromMinutes(40);

    /// <summary>By what they are called in the report. Each lasts as long as it is told, and is over when it returns.</summary>
    public IReadOnlyList<(string Name, Func<TimeSpan, Task> RunAsync)> All =>
    [
        ("the database is killed (SIGKILL), and started again", DatabaseKilledAsync),
        ("the database stands still (SIGSTOP)", DatabaseStandsStillAsync),
        (string.Create(CultureInfo.InvariantCulture, $"the disk is slow: {DiskDelay.TotalMilliseconds:F0} ms more for every fsync and fdatasync"), DiskIsSlowAsync),
        ("the clock of one node goes 40 minutes ahead, and back", lasts => ClockJumpsAsync(lasts, Jump)),
        ("the clock of one node goes 40 minutes back, and ahead again", lasts => ClockJumpsAsync(lasts, -Jump)),
        ("the directory is killed, and started again", DirectoryKilledAsync),
        ("a contract file is broken, and mended", ContractBrokenAsync),
        ("the certificate is half written, and then renewed", CertificateRenewedAsync),
    ];

    private async Task DatabaseKilledAsync(TimeSpan lasts)
    {
        await house.Postgres.KillAsync();
        await Task.Delay(lasts);
        await house.Postgres.StartAgainAsync();
    }

    private async Task DatabaseStandsStillAsync(TimeSpan lasts)
    {
        await house.Postgres.StandStillAsync();
        await Task.Delay(lasts);
        await house.Postgres.GoOnAsync();
    }

    private async Task DiskIsSlowAsync(TimeSpan lasts)
    {
        var delay = string.Create(CultureInfo.InvariantCulture, $"delay_enter={DiskDelay.TotalMicroseconds:F0}");
        var calls = Path.GetTempFileName();
        string[] command = ["strace", "-f", "-qq", "-o", calls, "-e", "trace=fsync,fdatasync", "-e", $"inject=fsync,fdatasync:{delay}"];
        using var strace = await ChildProcesses.StartAsync([.. command, .. (await house.Postgres.ProcessesAsync()).SelectMany(p => new[] { "-p", p })], Path.GetTempPath());
        var said = strace.StandardError.ReadToEndAsync();
        await Task.Delay(lasts);
        strace.HasExited.ShouldBeFalse("strace holds the database");
        ChildProcesses.Terminate(strace);
        await strace.WaitForExitAsync();
        await said;
        (await File.ReadAllTextAsync(calls)).ShouldContain("(DELAYED)");
        File.Delete(calls);
    }

    private async Task ClockJumpsAsync(TimeSpan lasts, TimeSpan ahead)
    {
        var node = ahead > TimeSpan.Zero ? 0 : 1;
        load.ClockJumps();
        house.SetClock(node, ahead);
        await ClockIsAsync(node, ahead);
        await Task.Delay(lasts);
        house.SetClock(node, TimeSpan.Zero);
        await ClockIsAsync(node, TimeSpan.Zero);
        load.ClockJumps();
    }

    private async Task DirectoryKilledAsync(TimeSpan lasts)
    {
        await house.Domain.StopAsync();
        await Task.Delay(lasts);
        await house.Domain.StartAsync();
    }

    private async Task ContractBrokenAsync(TimeSpan lasts)
    {
        var (file, shipped) = (Path.Combine(house.Contracts, "ambiotec.json"), await File.ReadAllTextAsync(Path.Combine(Repository.Root, "contracts", "ambiotec.json")));
        var (broken, takenUp) = (Lines("\"EventId\":1101"), Lines("\"EventId\":1102"));
        await File.WriteAllTextAsync(file, shipped[..^40]);
        await EveryNodeAsync("\"EventId\":1101", broken, "every node says that the contract is broken");
        await Task.Delay(lasts);
        await File.WriteAllTextAsync(file, shipped.Replace("\"title\": \"", string.Create(CultureInfo.InvariantCulture, $"\"title\": \"{TimeProvider.System.GetUtcNow():HH:mm:ss} "), StringComparison.Ordinal));
        await EveryNodeAsync("\"EventId\":1102", takenUp, "every node takes up the mended contract");
    }

    private async Task CertificateRenewedAsync(TimeSpan lasts)
    {
        var (unusable, renewed) = (Lines("\"EventId\":1303"), Lines("\"EventId\":1302"));
        house.BreakCertificate();
        await EveryNodeAsync("\"EventId\":1303", unusable, "every node says that the certificate cannot be used");
        await Task.Delay(lasts);
        var thumbprint = house.RenewCertificate();
        await EveryNodeAsync("\"EventId\":1302", renewed, "every node takes up the renewed certificate");
        for (var node = 0; node < SoakHouse.Nodes; node++)
        {
            var shown = "";
            using var client = house.NewClient(node, c => shown = c);
            await client.GetStringAsync("/health/live");
            shown.ShouldBe(thumbprint);
        }
    }

    /// <summary>By the header that every answer carries.</summary>
    private Task ClockIsAsync(int node, TimeSpan ahead) => Eventually.BecomesTrueAsync(
        async () =>
        {
            using var answer = await house.Client(node).GetAsync("/health/live");
            return (answer.Headers.Date!.Value - TimeProvider.System.GetUtcNow() - ahead).Duration() < TimeSpan.FromSeconds(30);
        },
        "the node's clock has jumped",
        Patience);

    private int[] Lines(string mark) => [.. house.Servers.Select(s => s.LinesWith(mark))];

    private Task EveryNodeAsync(string mark, int[] before, string what) =>
        Eventually.BecomesTrueAsync(() => Lines(mark).Zip(before).All(n => n.First > n.Second), what, Patience);
}
