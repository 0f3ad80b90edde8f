using System.Globalization;
using Dapper;
using Npgsql;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Nodes;

/// <summary>A budget is one budget, on however many nodes it is guessed at.</summary>
[Collection(NodeGroup.Tests)]
public sealed class SharedBudgetTests
{
    [Theory]
    [InlineData("romsoft")]
    [InlineData("ambiotec")]
    [InlineData("inventario")]
    public async Task Of_200_parallel_guesses_over_three_nodes_at_most_5_are_verified(string application)
    {
        var login = DemoLogin.Of(application);
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var nodes = await NodeGroup.StartAsync(place, 3);
        await NodeGroup.AddUsersAsync(place, application, login.Password, login.Identifier);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => AttemptAsync(nodes.At(i)!, login, string.Create(CultureInfo.InvariantCulture, $"intento {i}"))));

        // On a machine that is busy with other things some are told so, and then they were not verified.
        var outcomes = (await OutcomesAsync(place)).ToDictionary();
        outcomes.Keys.Except([Outcome.WrongPassword, Outcome.Locked, Outcome.Busy]).ShouldBeEmpty();
        outcomes[Outcome.WrongPassword].ShouldBeInRange(1, 5);
    }

    [Fact]
    public async Task Fifty_people_who_share_an_account_all_get_in_on_whichever_node_they_ask()
    {
        var login = DemoLogin.Ambiotec;
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var nodes = await NodeGroup.StartAsync(place, 3);
        await NodeGroup.AddUsersAsync(place, login.Application, login.Password, login.Identifier);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => AttemptAsync(nodes.At(i)!, login, login.Password)));

        (await OutcomesAsync(place)).ShouldBe([(Outcome.Granted, 50)]);
    }

    private static async Task AttemptAsync(ServerProcess node, DemoLogin login, string password)
    {
        using var answer = await node.PostAsync(login.Path, login.Body(login.Identifier, password));
    }

    private static async Task<IReadOnlyList<(Outcome, long)>> OutcomesAsync(string place)
    {
        await using var db = new NpgsqlConnection($"{place};Pooling=false");
        return [.. (await db.QueryAsync<(int Outcome, long Count)>("SELECT outcome, count(*) FROM access_log GROUP BY outcome")).Select(r => ((Outcome)r.Outcome, r.Count))];
    }
}
