using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>The system's SQLite where it is new enough, else the bundled one. These tests are run twice: as everybody runs them, and with ZAGUAN_SQLITE=bundled.</summary>
public sealed class SqliteLibraryTests
{
    private const string Bundled = "3.35.5";

    private static readonly bool AsksForTheBundledOne = Environment.GetEnvironmentVariable("ZAGUAN_SQLITE") is "bundled";

    [Fact]
    public void The_library_in_use_is_the_one_asked_for_and_knows_what_the_statements_need()
    {
        if (AsksForTheBundledOne)
        {
            SqliteLibrary.Version.ShouldBe(Bundled);
        }

        Version.Parse(SqliteLibrary.Version).ShouldBeGreaterThanOrEqualTo(new(3, 35));
    }

    [Fact]
    public async Task A_server_process_runs_on_the_same_library_as_these_tests()
    {
        _ = SqliteLibrary.Version;
        await using var server = await ServerProcess.StartAsync();

        var loaded = await LoadedAsync(server.Id);

        loaded.ShouldBe(await LoadedAsync(Environment.ProcessId));
        loaded.Any(f => f.StartsWith("libsqlite3", StringComparison.Ordinal)).ShouldBe(!AsksForTheBundledOne);
    }

    /// <summary>The SQLite libraries that a process has loaded.</summary>
    private static async Task<IEnumerable<string>> LoadedAsync(int process) =>
        (await File.ReadAllLinesAsync($"/proc/{process}/maps"))
        .Select(line => Path.GetFileName(line))
        .Where(file => file.Contains("sqlite3.so", StringComparison.Ordinal))
        .Distinct(StringComparer.Ordinal)
        .Order(StringComparer.Ordinal);
}
