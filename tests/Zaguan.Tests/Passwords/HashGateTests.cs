using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords;

public sealed class HashGateTests
{
    /// <summary>Many times what the threads of this machine, whatever it is, hash while a test hands them in.</summary>
    private static readonly int Flood = 100 * Environment.ProcessorCount;

    /// <summary>About a tenth of a second each.</summary>
    private static readonly string Slow = FourApplications.CheapHash("otra", 200_000).Text;

    [Fact]
    public async Task Beyond_the_queue_a_guess_is_turned_away_at_once_and_all_others_are_served()
    {
        await using var house = await OpenAsync(("Hashing:LongestQueue", "4"), ("Hashing:LongestWait", "30s"));
        var gate = house.Services.GetRequiredService<HashGate>();
        using var password = Secret.FromText("contraseña");

        var guesses = Enumerable.Range(0, Flood).Select(_ => gate.VerifyAsync(Senders.Somebody, password, Slow)).ToList();

        var turnedAway = guesses.Where(g => g.IsCompleted && g.Result is null).ToList();
        turnedAway.Count.ShouldBeInRange(Flood / 2, Flood - 4);
        (await Task.WhenAll(guesses.Except(turnedAway))).ShouldAllBe(v => v == new Verification(false, null));
    }

    [Fact]
    public async Task What_would_wait_for_too_long_is_turned_away()
    {
        await using var house = await OpenAsync(("Hashing:LongestQueue", $"{Flood}"), ("Hashing:LongestWait", "1s"));
        var gate = house.Services.GetRequiredService<HashGate>();
        using var password = Secret.FromText("contraseña");

        var answers = await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => gate.VerifyAsync(Senders.Somebody, password, Slow)));

        answers.Count(a => a is null).ShouldBeGreaterThan(Flood / 2);
        answers.Count(a => a is { IsRight: false }).ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task Nobody_and_somebody_without_a_password_are_never_right()
    {
        await using var house = await OpenAsync();
        var gate = house.Services.GetRequiredService<HashGate>();
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var password = Secret.FromText("contraseña");

        (await gate.VerifyAsync(Senders.Somebody, password, null)).ShouldBe(new Verification(false, null));
        (await gate.VerifyAsync(Senders.Somebody, password, hasher.Create(password).Text)).ShouldBe(new Verification(true, null));
    }

    [Fact]
    public async Task While_guesses_queue_the_writer_lets_logins_gather_and_writes_on_when_the_gate_is_gone()
    {
        await using var house = await OpenAsync(("Hashing:LongestQueue", $"{Flood}"), ("Hashing:LongestWait", "30s"));
        var gate = house.Services.GetRequiredService<HashGate>();
        var database = house.Services.GetRequiredService<Database>();
        using var password = Secret.FromText("contraseña");
        await gate.VerifyAsync(Senders.Somebody, password, Slow);

        var guesses = Enumerable.Range(0, 10 * Environment.ProcessorCount).Select(_ => gate.VerifyAsync(Senders.Somebody, password, Slow)).ToList();
        var began = Stopwatch.GetTimestamp();
        database.Gather();
        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThanOrEqualTo(Database.LongestGathering);
        await Task.WhenAll(guesses);

        gate.Dispose();
        (await database.WriteAsync(_ => Task.FromResult(7))).ShouldBe(7);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Memory_that_a_hash_takes_is_given_back_when_nobody_logs_in()
    {
        await using var server = await ServerProcess.StartAsync();
        long held, began;
        do
        {
            began = Stopwatch.GetTimestamp();
            using var answer = await server.PostAsync(DemoLogin.Ambiotec.Path, DemoLogin.Ambiotec.RightBody);
            (await answer.Content.ReadAsStringAsync()).ShouldContain(DemoLogin.Ambiotec.GrantedMark);
            held = Resident();
        }
        // Read before it can have been given back.
        while (Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(1));

        await Eventually.BecomesTrueAsync(() => Resident() < held - (15 << 10), "the server holds less than right after a login");

        // In KiB.
        long Resident() => long.Parse(File.ReadLines($"/proc/{server.Id}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static Task<TestHouse> OpenAsync(params (string Key, string? Value)[] settings) =>
        TestHouse.OpenAsync(new() { Settings = FourApplications.Settings(settings), IsDevelopment = false });
}
