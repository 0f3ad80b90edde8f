using System.Globalization;
using System.Text.Json;
using Dapper;
using Npgsql;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Nodes;

/// <summary>What one node does, the others know.</summary>
[Collection(NodeGroup.Tests)]
public sealed class NodeNewsTests
{
    /// <summary>A token of the old system has no session in the database: what a node has heard of its revocation is all that it goes by.</summary>
    [Fact]
    public async Task A_revocation_is_heard_of_by_a_node_whose_clock_never_lets_it_ask()
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var one = await OpenAsync(place);
        await using var two = await OpenAsync(place, new ManualClock());
        var key = await NodeGroup.AddBackEndAsync(place);
        var token = OldToken("viejo-1");
        (await new BackEndClient(two.Client, key).IsActiveAsync(token)).ShouldBeTrue();

        using var revoked = await new BackEndClient(one.Client, key).RevokeAsync(token);

        await Eventually.BecomesTrueAsync(async () => !await new BackEndClient(two.Client, key).IsActiveAsync(token), "the other node knows it");
    }

    [Fact]
    public async Task A_revocation_is_known_to_every_node_within_two_seconds_where_nobody_is_told_of_it()
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var nodes = await NodeGroup.StartAsync(place, 3);
        await using var db = new NpgsqlConnection($"{place};Pooling=false");
        await db.ExecuteAsync("ALTER TABLE revocation_numbers DISABLE TRIGGER announce_revocations");
        var key = await NodeGroup.AddBackEndAsync(place);
        var token = OldToken("viejo-2");
        var backEnds = nodes.Running.Select(n => new BackEndClient(n.Client, key)).ToList();
        foreach (var backEnd in backEnds)
        {
            (await backEnd.IsActiveAsync(token)).ShouldBeTrue();
        }

        using var revoked = await backEnds[0].RevokeAsync(token);

        // Not a wait for something to happen: the two seconds are what is promised.
        await Task.Delay(TimeSpan.FromSeconds(2));
        foreach (var backEnd in backEnds)
        {
            (await backEnd.IsActiveAsync(token)).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Whoever_listens_and_was_cut_off_listens_again_and_asks_for_what_was_missed()
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var one = await OpenAsync(place);
        await using var two = await OpenAsync(place, new ManualClock());
        var key = await NodeGroup.AddBackEndAsync(place);
        await using var db = new NpgsqlConnection($"{place};Pooling=false");
        await CutListenersAsync(db);
        var token = OldToken("viejo-3");

        using var revoked = await new BackEndClient(one.Client, key).RevokeAsync(token);

        await Eventually.BecomesTrueAsync(async () => !await new BackEndClient(two.Client, key).IsActiveAsync(token), "the other node knows it");
    }

    [Fact]
    public async Task A_contract_that_changes_in_a_shared_folder_is_taken_up_by_a_node_whose_clock_never_lets_it_look()
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        var contracts = Directory.CreateTempSubdirectory("zaguan-contracts-").FullName;
        await using var one = await OpenAsync(place, contracts: contracts);
        await using var two = await OpenAsync(place, new ManualClock(), contracts);

        await ChangeContractAsync(contracts);

        await Eventually.BecomesTrueAsync(async () => await SaysSomethingNewAsync(two.Client), "the other node answers anew");
        Directory.Delete(contracts, recursive: true);
    }

    [Fact]
    public async Task A_contract_that_changes_in_a_shared_folder_is_taken_up_by_all_and_each_says_who_it_is()
    {
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var nodes = await NodeGroup.StartAsync(place, 3);

        await ChangeContractAsync(nodes.Contracts);

        foreach (var (node, name) in nodes.Running.Select((n, i) => (n, NodeGroup.NameOf(i))))
        {
            await Eventually.BecomesTrueAsync(async () => await SaysSomethingNewAsync(node.Client), "the node answers anew");
            await Eventually.BecomesTrueAsync(() => node.Output.Contains("\"EventId\":1102", StringComparison.Ordinal), "the node says so");
            foreach (var line in node.Output.Split('\n').Where(l => l.StartsWith('{')))
            {
                JsonElement.Parse(line).GetProperty("Scopes").EnumerateArray().Select(s => s.GetProperty("Node").GetString()).ShouldBe([name]);
            }
        }

        await using var db = new NpgsqlConnection($"{place};Pooling=false");
        (await db.QueryAsync<string>("SELECT DISTINCT node FROM access_log ORDER BY node")).ShouldBe(Enumerable.Range(0, 3).Select(NodeGroup.NameOf));
    }

    private static Task<TestHouse> OpenAsync(string place, TimeProvider? clock = null, string? contracts = null) => TestHouse.OpenAsync(new()
    {
        IsDevelopment = false,
        Clock = clock ?? TimeProvider.System,
        Settings = FourApplications.Settings([("Database:ConnectionString", place), .. contracts is null ? [] : new (string, string?)[] { ("ContractsFolder", contracts) }]),
    });

    private static string OldToken(string id) => TokenForge.Sign(
        string.Create(CultureInfo.InvariantCulture, $$"""{"usuario_id":1,"jti":"{{id}}","exp":{{new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds()}}}"""), secret: FourApplications.Secret);

    private static async Task CutListenersAsync(NpgsqlConnection db)
    {
        (await db.ExecuteScalarAsync<long>("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'")).ShouldBe(2);
        await Eventually.BecomesTrueAsync(async () => await db.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'") is 0 or 2, "they are gone, or here again");
    }

    private static Task ChangeContractAsync(string folder) =>
        File.WriteAllTextAsync(Path.Combine(folder, "ambiotec.json"), Repository.ContractText("ambiotec").Replace("Credenciales inválidas", "Algo nuevo", StringComparison.Ordinal));

    private static async Task<bool> SaysSomethingNewAsync(HttpClient client)
    {
        using var answer = await client.PostAsync(DemoLogin.Ambiotec.Path, new StringContent(DemoLogin.Ambiotec.Body("nadie", "nada"), System.Text.Encoding.UTF8, "application/json"));
        return (await answer.Content.ReadAsStringAsync()).Contains("Algo nuevo", StringComparison.Ordinal);
    }
}
