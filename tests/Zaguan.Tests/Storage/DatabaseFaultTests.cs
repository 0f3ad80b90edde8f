using System.Diagnostics;
using System.Net;
using Microsoft.Data.Sqlite;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

/// <summary>
/// A database that is locked, read-only, full, gone or replaced, under a server that runs: the contract's own failure
/// answer, soon; and when the database is back, the server goes on as if nothing had been.
/// </summary>
public sealed class DatabaseFaultTests
{
    /// <summary>Three seconds of waiting for a lock, and what a busy machine adds. Answers that wait for one another would need longer.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly List<string> answered = [];

    [Fact]
    public async Task A_database_locked_by_another_process_is_unavailable_until_it_is_unlocked()
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);

        using (var other = Open(server.DatabaseFile))
        {
            Execute(other, "BEGIN EXCLUSIVE");
            await EveryLoginIsUnavailableAsync(server);
            Execute(other, "ROLLBACK");
        }

        await EveryLoginSucceedsAgainAsync(server);
    }

    [Fact]
    public async Task While_the_database_is_locked_hundreds_of_logins_are_all_answered_soon_and_the_server_lives()
    {
        await using var server = await ServerProcess.StartAsync();
        var login = DemoLogin.Ambiotec;
        using var other = Open(server.DatabaseFile);
        Execute(other, "BEGIN EXCLUSIVE");

        var began = Stopwatch.GetTimestamp();
        var logins = Enumerable.Range(0, 600).Select(async _ =>
        {
            using var answer = await server.PostAsync(login.Path, login.RightBody);
            return answer.StatusCode;
        }).ToList();
        using var live = await server.Client.GetAsync("/zaguan/health/live").WaitAsync(Soon);
        var statuses = await Task.WhenAll(logins);

        live.StatusCode.ShouldBe(HttpStatusCode.OK);
        statuses.ShouldAllBe(s => s == HttpStatusCode.ServiceUnavailable);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Soon);
    }

    [Fact]
    public async Task A_database_that_is_locked_even_for_readers_is_unavailable_until_it_is_unlocked()
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);

        // A tool that wants the file for itself waits until nobody has it open; then nobody can open it.
        File.Move(server.DatabaseFile, $"{server.DatabaseFile}.away");
        await ExpectUnavailableAsync(server, DemoLogin.Ambiotec);
        File.Move($"{server.DatabaseFile}.away", server.DatabaseFile);
        using (var other = Open(server.DatabaseFile))
        {
            Execute(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT");
            await EveryLoginIsUnavailableAsync(server);
        }

        await EveryLoginSucceedsAgainAsync(server);
    }

    [Fact]
    public async Task A_backup_restored_with_the_wrong_rights_is_unavailable_until_they_are_mended()
    {
        // Root may write whatever the rights say, unless it gives that up.
        string[] wrapper = Environment.IsPrivilegedProcess ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner", "--"] : [];
        await using var server = await ServerProcess.StartAsync(new() { Wrapper = wrapper });
        await EveryLoginSucceedsAsync(server);
        BackUp(server.DatabaseFile, $"{server.DatabaseFile}.backup");
        await ChildProcesses.RunAsync("chmod", "0400", $"{server.DatabaseFile}.backup");
        File.Move($"{server.DatabaseFile}.backup", server.DatabaseFile, overwrite: true);

        await EveryLoginIsUnavailableAsync(server);

        await ChildProcesses.RunAsync("chmod", "0600", server.DatabaseFile);
        await EveryLoginSucceedsAgainAsync(server);
    }

    [Fact]
    public async Task A_full_disk_is_unavailable_until_there_is_room()
    {
        // A disk of 2 MB that only the server sees, and that goes with it.
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        string[] unshare = Environment.IsPrivilegedProcess ? ["unshare", "--mount"] : ["unshare", "--mount", "--map-root-user"];
        using (var probe = await ChildProcesses.StartAsync([.. unshare, "true"], folder))
        {
            await probe.WaitForExitAsync();
            Assert.SkipUnless(probe.ExitCode == 0, "A disk of its own needs the right to mount, which this machine or container does not give.");
        }

        await using var server = await ServerProcess.StartAsync(new()
        {
            Folder = folder,
            Wrapper = [.. unshare, "sh", "-c", """mount -t tmpfs -o size=2m tmpfs data && exec "$@" """, "sh"],
        });
        var data = $"/proc/{server.Id}/root{folder}/data";
        await EveryLoginSucceedsAsync(server);

        await FillAsync($"{data}/filler");
        await WhatTheLogHasRoomForAsync(server);
        // SQLite gave the room of its log back when it failed.
        await FillAsync($"{data}/filler");
        await EveryLoginIsUnavailableAsync(server);

        File.Delete($"{data}/filler");
        await EveryLoginSucceedsAgainAsync(server, async () =>
        {
            // SQLite follows the link of /proc to where this process sees nothing.
            await ChildProcesses.RunAsync("cp", $"{data}/zaguan.db", $"{data}/zaguan.db-wal", folder);
            return Path.Combine(folder, "zaguan.db");
        });
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_database_that_was_moved_away_is_unavailable_until_it_is_back_and_has_everything()
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);

        File.Move(server.DatabaseFile, $"{server.DatabaseFile}.away");
        await EveryLoginIsUnavailableAsync(server);

        // Whoever takes the file elsewhere takes all that was answered with it.
        await Everything_answered_is_in_the_log($"{server.DatabaseFile}.away");
        File.Move($"{server.DatabaseFile}.away", server.DatabaseFile);
        await EveryLoginSucceedsAgainAsync(server);
    }

    [Fact]
    public async Task A_data_folder_that_was_moved_away_is_unavailable_until_it_is_back()
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);

        var data = Path.GetDirectoryName(server.DatabaseFile)!;
        Directory.Move(data, $"{data}.away");
        await EveryLoginIsUnavailableAsync(server);

        Directory.Move($"{data}.away", data);
        await EveryLoginSucceedsAgainAsync(server);
    }

    [Fact]
    public async Task A_backup_put_in_place_of_the_database_is_taken_up_without_the_log_of_the_old_one()
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);
        BackUp(server.DatabaseFile, $"{server.DatabaseFile}.backup");
        var inBackup = answered.ToList();
        await EveryLoginSucceedsAsync(server);

        File.Move($"{server.DatabaseFile}.backup", server.DatabaseFile, overwrite: true);
        answered.Clear();
        answered.AddRange(inBackup);

        await EveryLoginSucceedsAgainAsync(server);
        (await ReadTagsAsync(server.DatabaseFile)).Count.ShouldBe(answered.Count);
        using var restored = Open(server.DatabaseFile);
        Scalar(restored, "PRAGMA integrity_check").ShouldBe("ok");
    }

    [Fact]
    public async Task A_backup_put_in_place_while_the_database_could_not_be_written_is_taken_up_without_the_log_of_the_old_one()
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);
        BackUp(server.DatabaseFile, $"{server.DatabaseFile}.backup");
        var inBackup = answered.ToList();
        await EveryLoginSucceedsAsync(server);

        using (var other = Open(server.DatabaseFile))
        {
            // Held open by another process, the log cannot be folded into the file.
            Execute(other, "BEGIN EXCLUSIVE");
            await ExpectUnavailableAsync(server, DemoLogin.Ambiotec);
            File.Move($"{server.DatabaseFile}.backup", server.DatabaseFile, overwrite: true);
            await ExpectGrantedAsync(server, DemoLogin.Ambiotec);
        }

        answered.RemoveAll(a => !inBackup.Contains(a, StringComparer.Ordinal) && !string.Equals(a, answered[^1], StringComparison.Ordinal));
        await EveryLoginSucceedsAgainAsync(server);
        (await ReadTagsAsync(server.DatabaseFile)).Count.ShouldBe(answered.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("This is a text, and not a database at all; it stands in its place all the same.")]
    public async Task A_file_that_is_no_database_of_ours_makes_nobody_unknown(string content)
    {
        await using var server = await ServerProcess.StartAsync();
        await EveryLoginSucceedsAsync(server);

        File.Move(server.DatabaseFile, $"{server.DatabaseFile}.away");
        await File.WriteAllTextAsync(server.DatabaseFile, content);
        await EveryLoginIsUnavailableAsync(server);

        File.Move($"{server.DatabaseFile}.away", server.DatabaseFile, overwrite: true);
        await EveryLoginSucceedsAgainAsync(server);
    }

    [Fact]
    public async Task A_table_that_somebody_dropped_is_answered_as_the_contract_declares_its_failures()
    {
        await using var server = await ServerProcess.StartAsync();
        using (var other = Open(server.DatabaseFile))
        {
            Execute(other, "DROP TABLE access_log");
        }

        foreach (var login in DemoLogin.All)
        {
            using var answer = await server.PostAsync(login.Path, login.RightBody);
            (await answer.Content.ReadAsStringAsync()).ShouldBe(login.Failed.Body);
            answer.StatusCode.ShouldBe(login.Failed.Status);
        }
    }

    private async Task EveryLoginSucceedsAsync(ServerProcess server)
    {
        foreach (var login in DemoLogin.All)
        {
            await ExpectGrantedAsync(server, login);
        }
    }

    private static async Task EveryLoginIsUnavailableAsync(ServerProcess server)
    {
        using var live = await server.Client.GetAsync("/zaguan/health/live");
        live.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var ready = await server.Client.GetAsync("/zaguan/health/ready");
        ready.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Task.WhenAll(DemoLogin.All.Select(login => ExpectUnavailableAsync(server, login)));
    }

    private async Task EveryLoginSucceedsAgainAsync(ServerProcess server, Func<Task<string>>? databaseFile = null)
    {
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                using var ready = await server.Client.GetAsync("/zaguan/health/ready");
                return ready.StatusCode == HttpStatusCode.OK;
            },
            "the server is ready again");
        await EveryLoginSucceedsAsync(server);
        await Everything_answered_is_in_the_log(databaseFile is null ? server.DatabaseFile : await databaseFile());
        server.Output.ShouldNotContain("crit:");
    }

    private async Task ExpectGrantedAsync(ServerProcess server, DemoLogin login)
    {
        var tag = Guid.NewGuid().ToString();
        using var answer = await server.PostAsync(login.Path, login.RightBody, ("x-client-info", tag));
        (await answer.Content.ReadAsStringAsync()).ShouldContain(login.GrantedMark);
        answered.Add(tag);
    }

    /// <summary>The failure that the contract declares, whether the password is right, wrong or nobody's; never that it is wrong.</summary>
    private static async Task ExpectUnavailableAsync(ServerProcess server, DemoLogin login)
    {
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(new[] { login.RightBody, login.Body(login.Identifier, "wrong"), login.Body("nadie@example.com", "wrong") }.Select(async body =>
        {
            using var answer = await server.PostAsync(login.Path, body);
            (await answer.Content.ReadAsStringAsync()).ShouldBe(login.Unavailable.Body);
            answer.StatusCode.ShouldBe(login.Unavailable.Status);
            answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(5));
            Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Soon);
        }));
    }

    private async Task Everything_answered_is_in_the_log(string databaseFile) =>
        answered.Except(await ReadTagsAsync(databaseFile), StringComparer.Ordinal).ShouldBeEmpty();

    private static async Task FillAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Append);
        try
        {
            while (true)
            {
                await stream.WriteAsync(new byte[4_096]);
                await stream.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    /// <summary>SQLite's log may hold some room that it has already taken; asking whether the server is ready uses it up.</summary>
    private static Task WhatTheLogHasRoomForAsync(ServerProcess server) => Eventually.BecomesTrueAsync(
        async () =>
        {
            using var ready = await server.Client.GetAsync("/zaguan/health/ready");
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
        },
        "the server notices that the disk is full");

    private static void BackUp(string database, string backup)
    {
        using var source = Open(database);
        Execute(source, $"VACUUM INTO '{backup}'");
    }

    private static async Task<IReadOnlyList<string>> ReadTagsAsync(string databaseFile)
    {
        await using var connection = Open(databaseFile);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT client_info FROM access_log WHERE client_info IS NOT NULL";
        await using var reader = await command.ExecuteReaderAsync();
        var tags = new List<string>();
        while (await reader.ReadAsync())
        {
            tags.Add(reader.GetString(0));
        }

        return tags;
    }

    private static SqliteConnection Open(string file)
    {
        _ = SqliteLibrary.Version;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql) => _ = Scalar(connection, sql);

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
