using System.Globalization;
using System.Text.Json;
using Npgsql;
using Zaguan.AccessLog;
using Zaguan.Commands;
using Zaguan.Login;
using Zaguan.Storage;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Nodes;

/// <summary>zaguan access-log --follow where ids are given before records can be seen.</summary>
[Collection(NodeGroup.Tests)]
public sealed class FollowTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--limit 0")]
    public async Task A_record_that_appears_below_others_is_printed_and_every_one_is_printed_once(string more)
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var database = Database.Open(new("", place), TimeProvider.System);
        var log = new AccessLogStore(database);
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "zaguan.json"), $$"""{ "Database": { "ConnectionString": {{JsonSerializer.Serialize(place)}} }, "Applications": { "ambiotec": {} } }""");
        await log.AppendAsync(Record("antes"));
        await using var before = await WriteAsync(place, "empezada antes");
        await log.AppendAsync(Record("anterior"));

        await using (var following = await ZaguanProcess.StartAsync(folder, ["access-log", "--follow", "--format", "jsonl", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]))
        {
            await FollowsAsync(following, log);
            await using var slow = await WriteAsync(place, "lenta");
            await log.AppendAsync(Record("veloz"));
            await following.WaitForOutputAsync("veloz");
            await before.CommitAsync();
            await following.WaitForOutputAsync("empezada antes");
            await log.AppendAsync(Record("otra"));
            await following.WaitForOutputAsync("otra");
            await slow.CommitAsync();
            await following.WaitForOutputAsync("lenta");
            await log.AppendAsync(Record("final"));
            await following.WaitForOutputAsync("final");
            following.Interrupt();

            (await following.EndAsync()).ShouldBe(ExitCode.Done);
            var printed = following.Output.Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonElement.Parse(l).GetProperty("identifier").GetString()!).ToList();
            printed.ShouldBeUnique();
            printed.Where(p => !p.StartsWith("sigue", StringComparison.Ordinal)).ShouldBe([.. more.Length == 0 ? ["antes", "anterior"] : Array.Empty<string>(), "veloz", "empezada antes", "otra", "lenta", "final"]);
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Waits until a new record is printed.</summary>
    private static async Task FollowsAsync(ZaguanProcess following, AccessLogStore log)
    {
        var number = 0;
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await log.AppendAsync(Record(string.Create(CultureInfo.InvariantCulture, $"sigue {number++}")));
                return following.Output.Contains("sigue", StringComparison.Ordinal);
            },
            "it follows");
    }

    /// <summary>A transaction that has its record's id and takes its time.</summary>
    private static async Task<Writing> WriteAsync(string place, string identifier)
    {
        var connection = new NpgsqlConnection($"{place};Pooling=false");
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await AccessLogStore.AppendAsync(connection, Record(identifier));
        return new(connection, transaction);
    }

    private static AccessRecord Record(string identifier) => new()
    {
        At = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
        Application = "ambiotec",
        Realm = "ambiotec",
        Identifier = identifier,
        Outcome = Outcome.WrongPassword,
        Address = "192.0.2.1",
    };

    private sealed class Writing(NpgsqlConnection connection, NpgsqlTransaction transaction) : IAsyncDisposable
    {
        public Task CommitAsync() => transaction.CommitAsync();

        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
