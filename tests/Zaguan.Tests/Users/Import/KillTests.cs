using System.Security.Cryptography;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Users.Import;

public sealed class KillTests
{
    private const int Users = 20_000;
    private const int Kills = 5;

    [Fact]
    public async Task Killed_at_random_moments_and_run_again_the_result_is_that_of_one_run()
    {
        await using var killed = new CommandFolder();
        await using var whole = new CommandFolder();
        var rows = Enumerable.Range(1, Users).Select(i => $"usuario{i},usuario{i}@x.example,{(i % 3 == 0 ? "Caja" : "Médico")},{Samples.Strong(i)}");
        var file = killed.Write("u.csv", "usuario,correo,rol,clave\n" + string.Join('\n', rows) + "\nusuario5,otro@x.example,Caja,basura\n");
        string[] command = ["import", file, "--realm", "ambiotec", "--json"];
        var wholly = await whole.RunAsync(command);
        wholly.Json.GetProperty("added").GetInt64().ShouldBe(Users);

        var partly = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using (var process = await ZaguanProcess.StartAsync(killed.Folder, command))
            {
                // Wherever it is when so many are there, and the first time anywhere at all.
                var enough = kill == 0 ? 1 : (kill * 3_000) + RandomNumberGenerator.GetInt32(2_000);
                await Eventually.BecomesTrueAsync(async () => await CountAsync(killed) >= enough, $"{enough} users are there");
            }

            var there = await CountAsync(killed);
            (there % 1_000).ShouldBe(0, "whole batches, or nothing");
            partly += there is > 0 and < Users ? 1 : 0;
        }

        var last = await killed.RunAsync(command);

        partly.ShouldBeGreaterThan(0, "no kill came in the middle");
        last.Code.ShouldBe(ExitCode.Problems);
        (last.Json.GetProperty("added").GetInt64() + last.Json.GetProperty("alreadyThere").GetInt64(), last.Json.GetProperty("refused").GetInt64()).ShouldBe((Users, 1));
        (await CountAsync(killed)).ShouldBe(Users);
        (await killed.ContentAsync()).ShouldBe(await whole.ContentAsync());
        (TestDatabase.IsPostgres ? "ok" : await killed.AskAsync<string>("PRAGMA integrity_check")).ShouldBe("ok");
    }

    private static async Task<long> CountAsync(CommandFolder folder)
    {
        var isMade = TestDatabase.IsPostgres || (File.Exists(folder.DatabaseFile) && await folder.AskAsync<long>("SELECT count(*) FROM sqlite_master WHERE name = 'users'") > 0);
        return isMade ? await folder.AskAsync<long>("SELECT count(*) FROM users") : 0;
    }
}
