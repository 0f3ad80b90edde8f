using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>
/// Does the time of a refusal tell who has a second factor, or that the password before a wrong code was the right one? The test of <see cref="TimingBenchmark"/>, where an application asks for
/// one-time codes. The codes are wrong but for one guess in a million.
/// </summary>
internal static class CodesBenchmark
{
    private const string SomeCode = "000000";

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        var (unknown, known, without, with, right, wrong) =
            (TimingBenchmark.Names(dice), TimingBenchmark.Names(dice), TimingBenchmark.Names(dice), TimingBenchmark.Names(dice), TimingBenchmark.Names(dice), TimingBenchmark.Names(dice));
        using var house = await BenchmarkHouse.BuildAsync([.. known, .. without, .. with, .. right, .. wrong], withCodes: new HashSet<string>([.. known, .. with, .. right, .. wrong], StringComparer.Ordinal));
        using var server = await ServerProcess.StartAsync(house);

        return TimingBenchmark.Compare(server, dice, Kind("unknown user", unknown, BenchmarkHouse.WrongPassword), Kind("user with a second factor, wrong password", known, BenchmarkHouse.WrongPassword))
            & TimingBenchmark.Compare(server, dice, Kind("user without a second factor, wrong password", without, BenchmarkHouse.WrongPassword), Kind("user with one, wrong password", with, BenchmarkHouse.WrongPassword))
            & TimingBenchmark.Compare(server, dice, Kind("right password, wrong code", right, BenchmarkHouse.Password), Kind("wrong password, wrong code", wrong, BenchmarkHouse.WrongPassword));

        static TimingBenchmark.Kind Kind(string name, string[] names, string password) => new(name, names, $"{password}{SomeCode}");
    }
}
