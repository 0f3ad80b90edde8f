using Dapper;
using Microsoft.Data.Sqlite;
using Zaguan.Commands;
using Zaguan.Storage;
using Zaguan.Storage.Copying;
using Zaguan.Tests.House;
using Zaguan.Tests.Storage.Copying;

namespace Zaguan.Tests.Commands;

public sealed class RestoreTests : IAsyncDisposable
{
    private readonly CommandFolder folder = new();

    private string Copy => Path.Combine(folder.Folder, "copia.db");

    public ValueTask DisposeAsync() => folder.DisposeAsync();

    [Theory]
    [InlineData("missing", "There is no file")]
    [InlineData("text", "file is not a database")]
    [InlineData("empty", "is empty")]
    [InlineData("foreign", "is another program's database")]
    [InlineData("laravel", "is another program's database")]
    [InlineData("newer", "was written by a newer Zaguan (it has the migration 9999_future.sql)")]
    [InlineData("altered", "is damaged or was changed since it was made: the table users had 1 rows")]
    [InlineData("cut", "is damaged")]
    [InlineData("lying", "is damaged")]
    public async Task What_is_no_good_backup_is_refused_and_changes_nothing(string kind, string sentence)
    {
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        Spoil(kind);
        var before = await Awkward.AllAsync(folder.Place);

        var ran = await folder.RunAsync("restore", Copy, "--replace", "--yes");

        (ran.Code, ran.Output).ShouldBe((ExitCode.Problems, ""));
        ran.Error.ShouldContain(sentence);
        ran.Error.ShouldContain(Copy);
        ran.Error.ShouldNotContain("   at ");
        (await Awkward.AllAsync(folder.Place))["users"].ShouldBe(before["users"]);
    }

    [Fact]
    public async Task A_flipped_bit_is_found()
    {
        await folder.RunAsync("users", "add", "anastasia", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        var bytes = await File.ReadAllBytesAsync(Copy);
        bytes[bytes.AsSpan().IndexOf("anastasia"u8)] ^= 1;
        await File.WriteAllBytesAsync(Copy, bytes);

        var ran = await folder.RunAsync("restore", Copy, "--replace", "--yes");
        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Error.ShouldContain("the table users had 1 rows");
    }

    [Fact]
    public async Task What_is_not_empty_is_replaced_only_where_somebody_says_yes()
    {
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        await folder.RunAsync("users", "add", "bea", "--realm", "ambiotec", "--no-password");

        var refused = await folder.RunAsync("restore", Copy);
        (refused.Code, refused.Output).ShouldBe((ExitCode.NotDone, ""));
        refused.Error.ShouldContain("is not empty (users: 2, audit_log: 2)");
        (await folder.RunAsync("restore", Copy, "--replace")).Code.ShouldBe(ExitCode.Usage);
        (await folder.TypeAsync("no\n", "restore", Copy, "--replace")).Error.ShouldContain("Nothing was restored.");
        (await folder.FindAsync("ambiotec", "bea")).ShouldNotBeNull();

        (await folder.TypeAsync("yes\n", "restore", Copy, "--replace")).Code.ShouldBe(ExitCode.Done);
        (await folder.FindAsync("ambiotec", "bea")).ShouldBeNull();
        (await folder.FindAsync("ambiotec", "ana")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_difference_between_what_was_read_and_what_came_in_is_found_and_nothing_is_kept()
    {
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        await using var other = new CommandFolder();
        await Database.Open(other.Place, TimeProvider.System).DisposeAsync();
        using (var db = CopyConnection.Open(other.Place))
        {
            await db.ExecuteAsync(other.Place.ConnectionString is null
                ? "CREATE TRIGGER meddle AFTER INSERT ON users BEGIN UPDATE users SET created_at = created_at + 1; END"
                : "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.created_at = NEW.created_at + 1; RETURN NEW; END'; CREATE TRIGGER meddle BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION meddle()");
        }

        var ran = await other.RunAsync("restore", Copy);

        ran.Code.ShouldBe(ExitCode.Different);
        ran.Lines.Where(l => l.EndsWith("DIFFERENT", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldStartWith("users");
        ran.Error.ShouldContain("nothing was restored");
        (await other.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    [Fact]
    public async Task A_backup_of_an_earlier_version_is_brought_up_to_date_in_a_copy()
    {
        File.Copy(Path.Combine(Repository.Root, "tests/Zaguan.Tests/Storage/filled-by-0.1/zaguan.sqlite"), Copy);
        var before = await File.ReadAllBytesAsync(Copy);

        var ran = await folder.RunAsync("restore", Copy);

        ran.Code.ShouldBe(ExitCode.Done, ran.Error);
        (await File.ReadAllBytesAsync(Copy)).ShouldBe(before);
        await using var house = await folder.OpenHouseAsync();
        (await DemoLogin.Ambiotec.LogsInAsync(house, DemoLogin.Ambiotec.RightBody)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_backup_that_is_put_to_work_as_the_database_is_one_no_more()
    {
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        await using var other = CommandFolder.OnSqlite();
        Directory.CreateDirectory(Path.GetDirectoryName(other.DatabaseFile)!);
        File.Copy(Copy, other.DatabaseFile);
        (await other.RunAsync("users", "add", "bea", "--realm", "ambiotec", "--no-password")).Code.ShouldBe(ExitCode.Done);

        (await folder.RunAsync("restore", other.DatabaseFile, "--replace", "--yes")).Code.ShouldBe(ExitCode.Done);
        (await folder.FindAsync("ambiotec", "bea")).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_PostgreSQL_that_cannot_be_reached_is_a_sentence()
    {
        await folder.RunAsync("users", "add", "ana", "--realm", "ambiotec", "--no-password");
        (await folder.RunAsync("backup", Copy)).Code.ShouldBe(ExitCode.Done);
        await using var other = new CommandFolder(place: new("", $"Host={folder.Folder};Database=clinica;Username=zaguan;Password=secreta"));
        foreach (var args in new[] { new[] { "backup", $"{Copy}.2" }, ["restore", Copy] })
        {
            var ran = await other.RunAsync(args);
            (ran.Code, ran.Output).ShouldBe((ExitCode.NotDone, ""));
            ran.Error.ShouldContain($"clinica on {folder.Folder} cannot be opened");
            ran.Error.ShouldNotContain("secreta");
            ran.Error.ShouldNotContain("   at ");
        }

        File.Exists($"{Copy}.2").ShouldBeFalse();
    }

    private void Spoil(string kind)
    {
        switch (kind)
        {
            case "missing":
                File.Delete(Copy);
                break;
            case "text":
                File.WriteAllText(Copy, new string('ñ', 5_000));
                break;
            case "empty":
                File.WriteAllBytes(Copy, []);
                break;
            case "foreign":
                Write("DROP TABLE migrations");
                break;
            case "laravel":
                Write("DROP TABLE migrations; CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration TEXT, batch INTEGER)");
                break;
            case "newer":
                Write("INSERT INTO migrations VALUES ('9999_future.sql', 'x', 0)");
                break;
            case "altered":
                Write("UPDATE users SET active = 0");
                break;
            case "cut":
                File.WriteAllBytes(Copy, File.ReadAllBytes(Copy)[..40_960]);
                break;
            case "lying":
                Write("UPDATE backup_tables SET columns = '(SELECT 1); ATTACH ''x'' AS x' WHERE name = 'users'");
                break;
        }
    }

    private void Write(string sql)
    {
        using var db = CopyConnection.OpenFile(Copy, SqliteOpenMode.ReadWrite);
        foreach (var statement in sql.Split("; CREATE", StringSplitOptions.None).Select((s, i) => i == 0 ? s : $"CREATE{s}"))
        {
            db.Execute(statement);
        }
    }
}
