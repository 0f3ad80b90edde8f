using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts;

/// <summary>What an answer and the claims of its tokens say alike, over HTTP.</summary>
public sealed class TokenValueTests
{
    private const string Contract = """
        {
          "title": "Reclamos",
          "request": { "path": "/", "from": "form", "identifier": "form:usuario", "password": { "in": "ctl00$clave", "least": 6 }, "constants": { "basic:user": "app", "basic:password": "ll4ve" } },
          "answers": {
            "granted": { "body": { "token": "{token}", "refresco": "{refreshToken}", "sesion": "{session.id}", "csrf": "{generated.hex32}", "dura": "{refreshToken.expiresIn}", "hasta": "{refreshToken.expiresAt|unix}" } },
            "invalid": { "status": 400, "body": { "campos": "{invalid.fields|join:, }", "regla": "{invalid.rule}" } },
            "refused": { "status": 401, "body": null },
            "locked": { "status": 429, "body": { "espera": "{retryAfter}", "hasta": "{retryAt|unix}", "ahora": "{now|unix}" } },
            "failed": { "status": 500, "body": null }
          },
          "token": {
            "secret": "{config.JWT_SECRET}",
            "lifetime": "1h",
            "claims": { "tipo": "acceso", "sid": "{session.id}", "csrf": "{generated.hex32}" },
            "refresh": { "lifetime": "7d", "claims": { "tipo": "refresco", "sid": "{session.id}", "csrf": "{generated.hex32}" } }
          }
        }
        """;

    private const string Right = "form%3Ausuario=ana&ctl00$clave=secreta";

    [Fact]
    public async Task A_session_and_what_is_made_of_chance_are_the_same_in_the_answer_and_in_both_tokens()
    {
        await using var house = await OpenAsync();

        var first = await AnswerAsync(house, Right, 200);
        var second = await AnswerAsync(house, Right, 200);

        var access = GoldenJson.ClaimsOf(Text(first, "token"), FourApplications.Secret);
        var refresh = GoldenJson.ClaimsOf(Text(first, "refresco"), FourApplications.Secret, "refresh+jwt");
        foreach (var claims in new[] { access, refresh })
        {
            Text(claims, "sid").ShouldBe(Text(first, "sesion"));
            Text(claims, "jti").ShouldBe(Text(first, "sesion"));
            Text(claims, "csrf").ShouldBe(Text(first, "csrf"));
        }

        Text(first, "csrf").Length.ShouldBe(32);
        Text(second, "csrf").ShouldNotBe(Text(first, "csrf"));
        first.GetProperty("dura").GetInt64().ShouldBe(7 * 86_400);
        first.GetProperty("hasta").GetInt64().ShouldBe(refresh.GetProperty("exp").GetInt64());
    }

    [Fact]
    public async Task The_root_is_a_path_and_a_client_has_its_own_credentials()
    {
        await using var house = await OpenAsync();

        Text(await AnswerAsync(house, "form:usuario=ana&ctl00$clave=corta", 400), "regla").ShouldBe("short");
        Text(await AnswerAsync(house, "", 400, "app:otra"), "campos").ShouldBe("form:usuario, ctl00$clave");
        Text(await AnswerAsync(house, Right, 400, "app:otra"), "campos").ShouldBe("password");
        Text(await AnswerAsync(house, Right, 400, "otra:ll4ve"), "campos").ShouldBe("user");
        using var other = await house.Client.GetAsync("/");
        other.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await house.AccessLogAsync()).ShouldBeEmpty();
        house.Log.All.ShouldAllBe(l => !l.Contains("ll4ve", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_locked_account_is_told_until_when()
    {
        await using var house = await OpenAsync();
        const string wrong = "form:usuario=ana&ctl00$clave=equivocada";
        (await AnswerAsync(house, wrong, 401)).ValueKind.ShouldBe(JsonValueKind.Null);

        var locked = await AnswerAsync(house, wrong, 429);

        locked.GetProperty("hasta").GetInt64().ShouldBe(locked.GetProperty("ahora").GetInt64() + locked.GetProperty("espera").GetInt64());
    }

    [Fact]
    public async Task When_to_come_back_goes_by_the_refusal_and_not_by_the_attempt_that_waited_for_it()
    {
        var clock = new ManualClock();
        await using var house = await OpenAsync(clock);
        var guard = house.Services.GetRequiredService<BudgetGuard>();
        var ana = (await house.Services.GetRequiredService<UserStore>().FindAsync("reclamos", Zaguan.Contracts.Identifies.Username, "ana"))!;
        var charge = (await guard.ChargeAsync(new(Accounts.Of(ana), "127.0.0.1", AddressIsShared: false), CancellationToken.None)).Charge!;
        var meter = house.Services.GetRequiredService<Telemetry>().Meter;
        var isFound = new TaskCompletionSource();
        using var steps = new MeterListener { InstrumentPublished = (instrument, listener) => { if (ReferenceEquals(instrument.Meter, meter) && instrument.Name is "zaguan.login.step.duration") { listener.EnableMeasurementEvents(instrument); } } };
        steps.SetMeasurementEventCallback<double>((_, _, _, _) => isFound.TrySetResult());
        steps.Start();

        var answering = AnswerAsync(house, "form:usuario=ana&ctl00$clave=equivocada", 429);
        await isFound.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        await house.Services.GetRequiredService<Database>().WriteAsync(async db =>
        {
            await guard.SettleAsync(db, charge, Outcome.WrongPassword);
            return true;
        });
        guard.Settled(charge);

        var locked = await answering;
        locked.GetProperty("hasta").GetInt64().ShouldBe(locked.GetProperty("ahora").GetInt64() + 10 + locked.GetProperty("espera").GetInt64());
    }

    private static async Task<TestHouse> OpenAsync(ManualClock? clock = null)
    {
        var house = await FourApplications.OpenAsync(
            FourApplications.Settings(("Applications:reclamos:JWT_SECRET", FourApplications.Secret), ("Budgets:AccountAndAddress:Failures", "1")),
            new() { Clock = clock ?? new ManualClock(), Contracts = new(StringComparer.Ordinal) { ["reclamos.json"] = Contract } });
        await house.AddUserAsync(new() { Realm = "reclamos", Username = "ana" }, "secreta");
        return house;
    }

    private static async Task<JsonElement> AnswerAsync(TestHouse house, string form, int status, string credentials = "app:ll4ve")
    {
        using var answer = await house.PostAsync("/", Encoding.UTF8.GetBytes(form), "application/x-www-form-urlencoded", ("Authorization", $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}"));
        var body = await answer.Content.ReadAsStringAsync();
        ((int)answer.StatusCode).ShouldBe(status, body);
        return JsonElement.Parse(body);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
