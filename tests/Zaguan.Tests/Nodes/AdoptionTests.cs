using Dapper;
using Npgsql;
using Zaguan.Tests.House;
using Zaguan.Tests.Sources;

namespace Zaguan.Tests.Nodes;

[Collection(NodeGroup.Tests)]
public sealed class AdoptionTests
{
    [Fact]
    public async Task First_logins_of_one_person_on_three_nodes_at_once_make_one_user()
    {
        var users = OldUsers.Copy("inventario");
        await using var old = OldUsers.Start("inventario", users);
        var place = await TestDatabase.MakeOnPostgresAsync();
        await using var nodes = await NodeGroup.StartAsync(place, 3,
            ("Applications:inventario:Sources:0", "local"),
            ("Applications:inventario:Sources:1", "upstream"),
            ("Applications:inventario:Upstream:Url", old.Url(DemoLogin.Inventario.Path)));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => LogInAsync(nodes.At(i)!, users[0])));

        answers.ShouldAllBe(a => DemoLogin.Inventario.IsGranted(a), string.Join('\n', nodes.Said));
        answers.Distinct().ShouldHaveSingleItem();
        await using var db = new NpgsqlConnection($"{place};Pooling=false");
        (await db.ExecuteScalarAsync<long>("SELECT count(*) FROM users")).ShouldBe(1);
    }

    private static async Task<string> LogInAsync(ServerProcess node, OldUser user)
    {
        using var answer = await node.PostAsync(DemoLogin.Inventario.Path, DemoLogin.Inventario.Body(user.Login, user.Password));
        return await answer.Content.ReadAsStringAsync();
    }
}
