using System.Text.Json;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

/// <summary>Where a contract says how many guesses are left, who asks learns nothing else by it.</summary>
public sealed class AttemptsLeftTests
{
    private const string Contract = """
        {
          "title": "Turnos",
          "request": { "path": "/turnos/login", "identifier": "usuario", "password": "clave" },
          "answers": {
            "granted": { "body": { "token": "{token}" } },
            "refused": { "status": 401, "body": { "quedan": "{attempts.left}" } },
            "locked": { "status": 429, "body": { "espera": "{retryAfter}" } },
            "failed": { "status": 500, "body": null }
          },
          "token": { "secret": "{config.JWT_SECRET}", "lifetime": "1h", "claims": { "sub": "{user.username}" } }
        }
        """;

    [Fact]
    public async Task They_count_down_alike_for_somebody_and_for_nobody_and_begin_anew_after_the_right_password()
    {
        await using var house = await OpenAsync();

        foreach (var name in new[] { "ana", "nadie" })
        {
            (await LeftAsync(house, name, "equivocada")).ShouldBe(2, name);
            (await LeftAsync(house, name, "equivocada")).ShouldBe(1, name);
        }

        using var right = await house.PostAsync("/turnos/login", """{"usuario":"ana","clave":"secreta"}""");
        right.IsSuccessStatusCode.ShouldBeTrue();
        (await LeftAsync(house, "ana", "equivocada")).ShouldBe(2);
        (await LeftAsync(house, "nadie", "equivocada")).ShouldBe(0);
        (await LeftAsync(house, "nadie", "equivocada")).ShouldBeNull("it is locked");
    }

    [Fact]
    public async Task Somebody_who_is_disabled_has_as_many_left_as_anybody()
    {
        await using var house = await OpenAsync();
        await house.AddUserAsync(new() { Realm = "turnos", Username = "beto", Active = false }, "secreta");

        (await LeftAsync(house, "beto", "equivocada")).ShouldBe(2);
    }

    private static async Task<TestHouse> OpenAsync()
    {
        var house = await FourApplications.OpenAsync(
            FourApplications.Settings(("Applications:turnos:JWT_SECRET", FourApplications.Secret), ("Budgets:AccountAndAddress:Failures", "3")),
            new() { Clock = new ManualClock(), Contracts = new(StringComparer.Ordinal) { ["turnos.json"] = Contract } });
        await house.AddUserAsync(new() { Realm = "turnos", Username = "ana" }, "secreta");
        return house;
    }

    /// <summary>Null: the answer is another one.</summary>
    private static async Task<long?> LeftAsync(TestHouse house, string name, string password)
    {
        using var answer = await house.PostAsync("/turnos/login", $$"""{"usuario":"{{name}}","clave":"{{password}}"}""");
        var json = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        return json.TryGetProperty("quedan", out var left) ? left.GetInt64() : null;
    }
}
