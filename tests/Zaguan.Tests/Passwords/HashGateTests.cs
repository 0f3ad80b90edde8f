using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;

namespace Zaguan.Tests.Passwords;

public sealed class HashGateTests
{
    /// <summary>Many times what the threads of this machine, whatever it is, hash while a test hands them in.</summary>
    private static readonly int Flood = 100 * Environment.ProcessorCount;

    [Fact]
    public async Task Beyond_the_queue_a_guess_is_turned_away_at_once_and_all_others_are_served()
    {
        using var telemetry = new Telemetry();
        using var gate = new HashGate(new() { LongestQueue = 4, LongestWait = TimeSpan.FromMinutes(10) }, telemetry);
        using var password = Secret.FromText("contraseña");

        var guesses = Enumerable.Range(0, Flood).Select(_ => gate.VerifyAsync(password, PasswordHash.Decoy)).ToList();

        var turnedAway = guesses.Where(g => g.IsCompleted && g.Result is null).ToList();
        turnedAway.Count.ShouldBeInRange(Flood / 2, Flood - 4);
        (await Task.WhenAll(guesses.Except(turnedAway))).ShouldAllBe(right => right == false);
    }

    [Fact]
    public async Task What_would_wait_for_too_long_is_turned_away()
    {
        using var telemetry = new Telemetry();
        using var gate = new HashGate(new() { LongestQueue = Flood, LongestWait = TimeSpan.FromSeconds(1) }, telemetry);
        using var password = Secret.FromText("contraseña");

        var answers = await Task.WhenAll(Enumerable.Range(0, Flood).Select(_ => gate.VerifyAsync(password, PasswordHash.Decoy)));

        answers.Count(a => a is null).ShouldBeGreaterThan(Flood / 2);
        answers.Count(a => a is false).ShouldBeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public async Task Nobody_and_somebody_without_a_password_are_never_right()
    {
        using var telemetry = new Telemetry();
        using var gate = new HashGate(new(), telemetry);
        using var password = Secret.FromText("contraseña");

        (await gate.VerifyAsync(password, null)).ShouldBe(false);
        (await gate.VerifyAsync(password, PasswordHash.Create(password))).ShouldBe(true);
    }
}
