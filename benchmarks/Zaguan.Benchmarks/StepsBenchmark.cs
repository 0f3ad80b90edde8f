using System.Diagnostics;
using System.Globalization;
using Zaguan.Argon2;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;
using Zaguan.Login;
using Zaguan.Passwords;

namespace Zaguan.Benchmarks;

/// <summary>Where the time of a granted login goes besides its hash: the server's own histogram of steps, and what the client sees. Alone first, then in a crowd.</summary>
internal static class StepsBenchmark
{
    private const int Alone = 60;
    private const int Connections = 64;
    private const int PerConnection = 3;

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        string[] names = [.. Enumerable.Range(0, Connections).Select(_ => dice.Name())];
        using var house = await BenchmarkHouse.BuildAsync(names);
        await using var server = await ServerInside.StartAsync(house);
        using var steps = new StepTimes(server.Meter);
        Crowd.Run(1, _ => MeasureAlone(server, names, steps));

        steps.Clear();
        Crowd.Run(Connections, i =>
        {
            using var connection = new LoginConnection(server.Address);
            for (var n = 0; n < PerConnection; n++)
            {
                Login(connection, LoginConnection.Request(names[i], BenchmarkHouse.Password), steps);
            }
        });
        Console.WriteLine($"\n{Connections} connections at once, {PerConnection} logins each (verify is mostly waiting for a core):");
        Print(steps);
        return true;
    }

    private static void MeasureAlone(ServerInside server, string[] names, StepTimes steps)
    {
        using var password = Secret.FromText(BenchmarkHouse.Password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended, wipesLater: true);
        var stored = hasher.Create(password).Text;
        using var connection = new LoginConnection(server.Address);
        for (var i = 0; i < Alone / 4; i++)
        {
            Login(connection, LoginConnection.Request(names[i], BenchmarkHouse.Password), steps);
        }

        steps.Clear();
        for (var i = 0; i < Alone; i++)
        {
            Login(connection, LoginConnection.Request(names[i % names.Length], BenchmarkHouse.Password), steps);
            var began = Stopwatch.GetTimestamp();
            hasher.Verify(password, stored);
            steps.Add("a bare hash, beside it", Stopwatch.GetElapsedTime(began).TotalSeconds);
            // As the gate does, after it has answered.
            hasher.WipeMemory();
        }

        Console.WriteLine($"One connection, {Alone} logins one by one:");
        Print(steps);
    }

    private static void Login(LoginConnection connection, byte[] request, StepTimes steps)
    {
        var began = Stopwatch.GetTimestamp();
        var status = connection.Send(request);
        steps.Add("all, as the client sees it", Stopwatch.GetElapsedTime(began).TotalSeconds);
        if (status != 200)
        {
            throw new BenchmarkFailedException($"A login was not granted:\n{connection.AnswerText()}");
        }
    }

    private static void Print(StepTimes steps)
    {
        foreach (var (step, seconds) in steps.All)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {step,-28} median {Sample.Median(seconds) * 1e3,9:F3} ms, 90 % within {Sample.Quantile(seconds, 0.9) * 1e3,9:F3} ms, fastest {seconds.Min() * 1e3,9:F3} ms"));
        }
    }
}
