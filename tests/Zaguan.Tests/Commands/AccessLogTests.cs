using System.Globalization;
using System.Runtime.Versioning;
using System.Text.Json;
using CsvHelper;
using Zaguan.AccessLog;
using Zaguan.Commands;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Commands;

[UnsupportedOSPlatform("windows")]
public sealed class AccessLogTests
{
    private static readonly DateTimeOffset Morning = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", "1 2 3 4")]
    [InlineData("--application inventario", "3")]
    [InlineData("--user JOSÉ", "1 4")]
    [InlineData("--outcome granted", "1")]
    [InlineData("--outcome WRONGPASSWORD", "2 4")]
    [InlineData("--address ::ffff:10.0.0.2", "2 3")]
    [InlineData("--since 2026-03-01T09:00:00Z", "2 3 4")]
    [InlineData("--since 2026-03-01T11:00+01:00 --until 2026-03-02", "3")]
    [InlineData("--until 2026-03-01T09:00:00", "1")]
    [InlineData("--since 3h", "3 4")]
    [InlineData("--outcome wrongPassword --user josé --address 10.0.0.9", "4")]
    [InlineData("--limit 2", "3 4")]
    [InlineData("--limit 1 --outcome wrongPassword --until 2026-03-02", "2")]
    [InlineData("--limit 0", "")]
    public async Task Filters_combine(string filters, string ids)
    {
        var clock = new ManualClock();
        clock.Set(Morning + TimeSpan.FromHours(5));
        await using var folder = new CommandFolder { Clock = clock };
        await folder.RecordAsync(
            Record("José", Outcome.Granted, "10.0.0.1", hours: 0),
            Record("ana", Outcome.WrongPassword, "10.0.0.2", hours: 1),
            Record("eva", Outcome.UnknownUser, "10.0.0.2", hours: 2) with { Application = "inventario" },
            Record("josé", Outcome.WrongPassword, "10.0.0.9", hours: 24));

        var ran = await folder.RunAsync(["access-log", "--format", "jsonl", .. filters.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        ran.Code.ShouldBe(ExitCode.Done, ran.Error);
        string.Join(' ', ran.Lines.Select(l => JsonElement.Parse(l).GetProperty("id").GetInt64())).ShouldBe(ids);
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("--outcome wrongPasword", "Did you mean \"wrongPassword\"?")]
    [InlineData("--since yesterday", "no instant")]
    [InlineData("--address localhost", "takes an address")]
    [InlineData("--format cvs", "Did you mean \"csv\"?")]
    [InlineData("--output log.txt", "--format csv")]
    [InlineData("--follow --format csv --output log.csv", "never ends")]
    public async Task Filter_that_cannot_be_read_is_a_usage_error(string filters, string sentence)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync(["access-log", .. filters.Split(' ')]);

        ran.Code.ShouldBe(ExitCode.Usage);
        ran.Error.ShouldContain(sentence);
    }

    [Fact]
    public async Task Application_is_one_of_the_configuration_or_of_the_log()
    {
        await using var folder = new CommandFolder();
        await folder.RecordAsync(Record("ana", Outcome.Granted) with { Application = "antigua" });

        (await folder.RunAsync("access-log", "--application", "antigua")).Lines.Length.ShouldBe(2);
        (await folder.RunAsync("access-log", "--application", "inventario")).Code.ShouldBe(ExitCode.Done);
        var unknown = await folder.RunAsync("access-log", "--application", "ambiotek");
        unknown.Code.ShouldBe(ExitCode.NotDone);
        unknown.Error.ShouldContain("Did you mean \"ambiotec\"?");
    }

    [Theory]
    [InlineData("=HYPERLINK(\"http://mal.example\")", "'=HYPERLINK(\"http://mal.example\")")]
    [InlineData("+51 999", "'+51 999")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("  =1+1", "'  =1+1")]
    [InlineData("\"=1+1", "'\"=1+1")]
    [InlineData("x;=1+1;", "x;'=1+1;")]
    [InlineData("x; \"=1+1", "x;' \"=1+1")]
    [InlineData("a,b\"c", "a,b\"c")]
    [InlineData("ana.perez-lopez@clinica.example", "ana.perez-lopez@clinica.example")]
    public async Task Identifier_that_a_spreadsheet_would_calculate_is_defused(string identifier, string cell)
    {
        await using var folder = new CommandFolder();
        await folder.RecordAsync(Record(identifier, Outcome.UnknownUser));

        var csv = await folder.RunAsync("access-log", "--format", "csv");
        using var reader = new CsvReader(new StringReader(csv.Output), CultureInfo.InvariantCulture);
        reader.Read().ShouldBeTrue();
        reader.ReadHeader();
        reader.Read().ShouldBeTrue();
        reader.GetField("identifier").ShouldBe(cell);
        reader.GetField("outcome").ShouldBe("unknownUser");
        reader.GetField("at").ShouldBe("2026-03-01T08:00:00.000Z");

        JsonElement.Parse((await folder.RunAsync("access-log", "--format", "jsonl")).Output).GetProperty("identifier").GetString().ShouldBe(identifier, "JSON Lines keep what was recorded.");
    }

    [Fact]
    public async Task Terminal_shows_nothing_that_moves_its_cursor_or_turns_its_text()
    {
        await using var folder = new CommandFolder();
        await folder.RecordAsync(Record("a\u001b[2Jb\u202e\rnimda [red]", Outcome.UnknownUser));

        var ran = await folder.RunAsync("access-log");

        ran.Lines.Length.ShouldBe(2);
        ran.Lines[1].ShouldContain("a\ufffd[2Jb\ufffd\ufffdnimda [red]");
    }

    [Fact]
    public async Task Export_is_complete_in_order_and_private_and_takes_the_place_of_the_old_one()
    {
        await using var folder = new CommandFolder();
        await folder.RecordAsync(Enumerable.Range(0, 2_500).Select(i => Record($"u{i}", Outcome.Granted)));
        var file = folder.Write("log.jsonl", "old");

        var ran = await folder.RunAsync("access-log", "--format", "jsonl", "--output", file);

        ran.Code.ShouldBe(ExitCode.Done, ran.Error);
        ran.Output.ShouldBeEmpty();
        File.ReadLines(file).Select(l => JsonElement.Parse(l).GetProperty("identifier").GetString()).ShouldBe(Enumerable.Range(0, 2_500).Select(i => $"u{i}"));
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Directory.GetFiles(folder.Folder).Order(StringComparer.Ordinal).ShouldBe([file, folder.Configuration]);
        (await folder.RunAsync("access-log")).Lines.Length.ShouldBe(101, "A table shows the newest hundred, and its head.");
        (await folder.RunAsync("access-log", "--format", "csv", "--limit", "1200")).Lines.Length.ShouldBe(1_201);
    }

    [Fact]
    public async Task Export_that_fails_leaves_the_old_file_as_it_was()
    {
        await using var folder = new CommandFolder();
        await folder.RecordAsync(Record("ana", Outcome.Granted));
        var file = folder.Write("log.csv", "old");
        await using (var database = await TestDatabase.ConnectAsync(folder.Folder))
        {
            await using var command = database.CreateCommand();
            command.CommandText = "ALTER TABLE users RENAME TO users_gone";
            await command.ExecuteNonQueryAsync();
        }

        await Should.ThrowAsync<System.Data.Common.DbException>(() => folder.RunAsync("access-log", "--format", "csv", "--output", file));

        (await File.ReadAllTextAsync(file)).ShouldBe("old");
        Directory.GetFiles(folder.Folder).Length.ShouldBe(2);
        (await folder.RunAsync("access-log", "--format", "csv", "--output", "/dev/null")).Error.ShouldContain("standard output");
        (await folder.RunAsync("access-log", "--format", "csv", "--output", Path.Combine(folder.Folder, "nada", "log.csv"))).Code.ShouldBe(ExitCode.NotDone);
    }

    [Fact]
    public async Task Interrupted_export_leaves_the_old_file_as_it_was()
    {
        await using var folder = new CommandFolder { Interrupted = new(canceled: true) };
        await folder.RecordAsync(Record("ana", Outcome.Granted));
        var file = folder.Write("log.csv", "old");

        var ran = await folder.RunAsync("access-log", "--format", "csv", "--output", file);

        ran.Code.ShouldBe(ExitCode.NotDone);
        (await File.ReadAllTextAsync(file)).ShouldBe("old");
        Directory.GetFiles(folder.Folder).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("table")]
    [InlineData("csv")]
    [InlineData("jsonl")]
    public async Task Follow_shows_a_login_that_came_after_it_began_and_ends_well(string format)
    {
        await using var folder = new CommandFolder();
        await using var house = await folder.OpenHouseAsync();
        await AttemptAsync(house, DemoLogin.Ambiotec, "primera");

        await using var following = await ZaguanProcess.StartAsync(folder.Folder, "access-log", "--follow", "--format", format, "--application", "ambiotec");
        await following.WaitForOutputAsync("primera");
        await AttemptAsync(house, DemoLogin.Romsoft, "ajena");
        await AttemptAsync(house, DemoLogin.Ambiotec, "segunda");
        await following.WaitForOutputAsync("segunda");
        following.Interrupt();

        (await following.EndAsync()).ShouldBe(ExitCode.Done);
        following.Output.ShouldNotContain("ajena");
        following.Output.Split("primera").Length.ShouldBe(2, "Each record is printed once.");
    }

    private static async Task AttemptAsync(TestHouse house, DemoLogin login, string identifier)
    {
        using var answer = await house.PostAsync(login.Path, login.Body(identifier, "x"));
    }

    private static AccessRecord Record(string identifier, Outcome outcome, string address = "10.0.0.1", int hours = 0) => new()
    {
        At = (Morning + TimeSpan.FromHours(hours)).ToUnixTimeMilliseconds(),
        Application = "ambiotec",
        Realm = "ambiotec",
        Identifier = identifier,
        Outcome = outcome,
        IsSuccessful = outcome == Outcome.Granted,
        Address = address,
    };
}
