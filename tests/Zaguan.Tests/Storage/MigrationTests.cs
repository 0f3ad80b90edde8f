using System.Net;
using System.Security.Cryptography;
using Dapper;
using Microsoft.Data.Sqlite;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Storage;

public sealed class MigrationTests : IDisposable
{
    private static readonly Dictionary<string, string?> Production = new(StringComparer.Ordinal) { ["Applications__ambiotec__JWT_SECRET"] = FourApplications.Secret };

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    private string DatabaseFile => Path.Combine(folder, "data", "zaguan.db");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_database_is_brought_up_to_date_once()
    {
        await OpenAndCloseAsync();
        var first = await ScalarAsync("SELECT group_concat(name || sha256 || applied_at) FROM migrations");
        await OpenAndCloseAsync();
        (await ScalarAsync("SELECT group_concat(name || sha256 || applied_at) FROM migrations")).ShouldBe(first);
    }

    /// <summary>Filled by Zaguan 0.1: the demo users, whose hashes are PBKDF2, a login and a wrong guess.</summary>
    [Fact]
    public async Task A_database_that_an_earlier_version_filled_is_brought_up_to_date_and_its_users_log_in()
    {
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        File.Copy(Path.Combine(Repository.Root, "tests/Zaguan.Tests/Storage/filled-by-0.1/zaguan.sqlite"), DatabaseFile);
        await using (var house = await TestHouse.OpenAsync(new() { Folder = folder }))
        {
            (await house.AccessLogAsync()).Select(r => r.Outcome).ShouldBe([Outcome.Granted, Outcome.WrongPassword]);
            foreach (var login in DemoLogin.All)
            {
                (await login.LogsInAsync(house, login.WrongBody)).ShouldBeFalse(login.Application);
                (await login.LogsInAsync(house, login.RightBody)).ShouldBeTrue(login.Application);
                (await login.LogsInAsync(house, login.RightBody)).ShouldBeTrue(login.Application);
            }
        }

        (await ScalarAsync("SELECT group_concat(DISTINCT password_cost) FROM users")).ShouldBe("argon2id m=19456,t=2,p=1");
        (await ScalarAsync("SELECT group_concat(u.username || ' ' || a.realm || ' ' || a.name || ' ' || a.value) FROM user_attributes a JOIN users u ON u.key = a.user_key")).ShouldBe("johndoe ambiotec departamento_id 5");
        (await ScalarAsync("SELECT count(*) FROM users WHERE password LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' AND password_version = 0")).ShouldBe((long)DemoLogin.All.Count);
    }

    [Theory]
    [InlineData("INSERT INTO migrations VALUES ('9999_future.sql', 'x', 0)", "was written by a newer Zaguan (it has the migration 9999_future.sql)")]
    [InlineData("UPDATE migrations SET sha256 = 'x' WHERE name = '0001_house.sql'", "The migration 0001_house.sql in the database is not the one of this Zaguan")]
    public async Task A_database_of_another_version_is_refused_and_left_alone(string change, string sentence)
    {
        await OpenAndCloseAsync();
        await ScalarAsync(change);

        Should.Throw<DatabaseUnavailableException>(() => SqliteDatabase.Open(DatabaseFile, TimeProvider.System)).Message.ShouldContain(sentence);

        // Nor is it kept locked by who was refused.
        (await ScalarAsync("INSERT INTO realms VALUES ('x') RETURNING name")).ShouldBe("x");
        await using var server = await ServerProcess.LaunchAsync(new() { Folder = folder, IsDevelopment = false, Environment = Production });
        (await server.ExitAsync()).ShouldBe(1);
        server.Errors.ShouldContain(sentence);
        server.Errors.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Several_processes_that_open_a_fresh_database_at_once_all_start()
    {
        var options = new ServerOptions { Folder = folder, IsDevelopment = false, Environment = Production };
        var servers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ServerProcess.StartAsync(options)));
        foreach (var server in servers)
        {
            using var ready = await server.Client.GetAsync("/zaguan/health/ready");
            ready.StatusCode.ShouldBe(HttpStatusCode.OK);
            await server.DisposeAsync();
        }

        (await ScalarAsync("SELECT count(*) = count(DISTINCT name) FROM migrations")).ShouldBe(1L);
    }

    [Fact]
    public async Task Killed_while_it_makes_its_database_it_leaves_it_whole_or_not_at_all()
    {
        var options = new ServerOptions { Folder = folder, IsDevelopment = false, Environment = Production };
        for (var i = 0; i < 6; i++)
        {
            await using (var server = await ServerProcess.LaunchAsync(options))
            {
                await Eventually.BecomesTrueAsync(() => File.Exists(DatabaseFile), "the file is made");
                Thread.SpinWait(RandomNumberGenerator.GetInt32(2_000_000));
                server.Kill();
                await server.ExitAsync();
            }

            (await ScalarAsync("PRAGMA integrity_check")).ShouldBe("ok");
            var tables = (long)(await ScalarAsync("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('migrations', 'users', 'facts')"))!;
            tables.ShouldBeOneOf(0, 3);
            await OpenAndCloseAsync();
            Directory.Delete(Path.GetDirectoryName(DatabaseFile)!, recursive: true);
        }
    }

    [Fact]
    public async Task The_database_and_its_folder_are_private()
    {
        await OpenAndCloseAsync();
        (await ChildProcesses.RunAsync("stat", "-c", "%a", Path.GetDirectoryName(DatabaseFile)!, DatabaseFile)).ShouldBe("700\n600\n");
    }

    private async Task OpenAndCloseAsync()
    {
        await using var database = SqliteDatabase.Open(DatabaseFile, TimeProvider.System);
        (await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT count(*) FROM users"))).ShouldBe(0);
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        _ = SqliteLibrary.Version;
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = DatabaseFile, Pooling = false }.ToString());
        await connection.OpenAsync();
        return await connection.ExecuteScalarAsync(sql);
    }
}
