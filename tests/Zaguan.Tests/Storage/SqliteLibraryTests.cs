using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>The system's SQLite where it is new enough, else the bundled one: whatever is stored works with both.</summary>
public sealed class SqliteLibraryTests
{
    [Fact]
    public async Task What_is_stored_works_with_the_bundled_library_too()
    {
        string[] classes = [nameof(DatabaseTests), nameof(SqliteVersionTests), nameof(KillTests), nameof(MigrationTests)];
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        string[] command = ["dotnet", Path.Combine(AppContext.BaseDirectory, "Zaguan.Tests.dll"), "--no-ansi", "--no-progress", "--results-directory", folder,
            "--filter-not-method", $"*.{nameof(KillTests.Killed_twenty_times_under_load_no_answered_attempt_is_missing_from_the_access_log)}",
            "--filter-not-method", $"*.{nameof(MigrationTests.Killed_while_it_makes_its_database_it_leaves_it_whole_or_not_at_all)}",
            .. classes.SelectMany(c => new[] { "--filter-class", $"Zaguan.Tests.Storage.{c}" })];
        using var run = await ChildProcesses.StartAsync(command, folder, [new("ZAGUAN_SQLITE", "bundled")]);
        run.StandardInput.Close();
        var errors = run.StandardError.ReadToEndAsync();
        var output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();

        run.ExitCode.ShouldBe(0, $"{output}\n{await errors}");
        output.ShouldContain("skipped: 0");
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>Run twice: as everybody runs it, and with the bundled library.</summary>
public sealed class SqliteVersionTests
{
    private const string Bundled = "3.35.5";

    [Fact]
    public void The_library_in_use_is_the_one_asked_for_and_knows_what_the_statements_need()
    {
        if (Environment.GetEnvironmentVariable("ZAGUAN_SQLITE") is "bundled")
        {
            SqliteLibrary.Version.ShouldBe(Bundled);
        }

        Version.Parse(SqliteLibrary.Version).ShouldBeGreaterThanOrEqualTo(new(3, 35));
    }
}
