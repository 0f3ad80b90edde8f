using System.Net;
using System.Text.Json;
using Zaguan.AspNetCore.Revocations;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>The sample, as a process of its own.</summary>
public sealed class ClinicaTests
{
    [Fact]
    public async Task A_token_that_the_server_issued_opens_the_clinic_and_nothing_else_does()
    {
        await using var house = await FourApplications.OpenAsync();
        await using var clinic = await Clinic.StartAsync(Settings());
        using var login = await house.PostAsync(DemoLogin.Romsoft.Path, DemoLogin.Romsoft.RightBody);
        var token = JsonDocument.Parse(await login.Content.ReadAsStringAsync()).RootElement.GetProperty("Data").GetProperty("token").GetString()!;

        (await clinic.PostAsync(null)).ShouldBe((HttpStatusCode.Unauthorized, ""));
        (await clinic.PostAsync($"Bearer {token}x")).ShouldBe((HttpStatusCode.Unauthorized, ""));
        var (status, body) = await clinic.PostAsync($"Bearer {token}");
        status.ShouldBe(HttpStatusCode.OK);
        (await clinic.PostAsync(token)).ShouldBe((status, body));
        body.ShouldStartWith("""{"Success":true,"Warning":false,"Message":null,"Data":[{"id_plan_seguro":1,"codigo":"PAR","descripcion":"Particular",""");
        body.ShouldContain("EPS Plan Básico");
        JsonDocument.Parse(body).RootElement.GetProperty("Data").EnumerateArray().ShouldAllBe(p => p.GetProperty("estado").ValueEquals("A"));
    }

    [Fact]
    public async Task What_is_revoked_at_Zaguan_is_401_in_the_clinic()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var clinic = await Clinic.StartAsync(Settings(("ZAGUAN_ADDRESS", zaguan.Address), ("ZAGUAN_BACKEND_KEY", FakeZaguan.BackEndKey)));
        var token = BackEnd.Token(more: "\"jti\":\"s1\"", secret: FourApplications.RomsoftSecret);
        (await clinic.PostAsync(token)).Status.ShouldBe(HttpStatusCode.OK);

        zaguan.Revoke(new Revocation { Number = 0, Session = "s1", Until = long.MaxValue });
        await Eventually.BecomesTrueAsync(async () => (await clinic.PostAsync(token)).Status == HttpStatusCode.Unauthorized, "it is revoked", TimeSpan.FromSeconds(2));
    }

    /// <summary>Three servers on one database, as behind a load balancer.</summary>
    [Fact]
    public async Task Two_seconds_after_sessions_revoke_no_node_accepts_the_token_nor_does_the_clinic()
    {
        await using var folder = new CommandFolder($$"""
            { "romsoft": { "JWT_SECRET_KEY": "{{FourApplications.RomsoftSecret}}", "JWT_ISSUER_TOKEN": "{{BackEnd.Origin}}", "JWT_AUDIENCE_TOKEN": "{{BackEnd.Origin}}" } }
            """);
        (await folder.RunWithAsync("contraseña-larga-de-ana\n", "users", "add", "admin", "--realm", "romsoft")).Code.ShouldBe(0);
        var key = (await folder.RunAsync("backends", "add", "clinica", "--application", "romsoft")).Output.Trim();
        var options = new ServerOptions { Folder = folder.Folder, IsDevelopment = false, Arguments = ["serve", "--config", folder.Configuration, "--urls", "http://127.0.0.1:0"] };
        await using var one = await ServerProcess.StartAsync(options);
        await using var two = await ServerProcess.StartAsync(options);
        await using var three = await ServerProcess.StartAsync(options);
        await using var clinic = await Clinic.StartAsync(Settings(("ZAGUAN_ADDRESS", three.Address.ToString()), ("ZAGUAN_BACKEND_KEY", key)));
        var nodes = new[] { one, two, three }.Select(n => new BackEndClient(n.Client, key)).ToList();
        var token = await (DemoLogin.Romsoft with { Password = "contraseña-larga-de-ana" }).TokenAsync(one.Client);
        foreach (var node in nodes)
        {
            (await node.IsActiveAsync(token)).ShouldBeTrue();
        }

        (await clinic.PostAsync(token)).Status.ShouldBe(HttpStatusCode.OK);
        var session = (await nodes[0].IntrospectAsync(token)).GetProperty("jti").GetString()!;
        (await folder.RunAsync("sessions", "revoke", session)).Code.ShouldBe(0);

        // Not a wait for something to happen: the two seconds are what is promised.
        await Task.Delay(TimeSpan.FromSeconds(2));
        foreach (var node in nodes)
        {
            (await node.IsActiveAsync(token)).ShouldBeFalse();
        }

        (await clinic.PostAsync(token)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_its_settings_it_does_not_start_and_says_what_is_missing()
    {
        await using var clinic = await Clinic.LaunchAsync([]);

        var output = await clinic.EndAsync();
        foreach (var sentence in new[] { "Secret is empty", "Issuer is empty", "Audience is empty" })
        {
            output.ShouldContain(sentence);
        }
    }

    private static Dictionary<string, string?> Settings(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["JWT_SECRET_KEY"] = FourApplications.RomsoftSecret,
            ["JWT_ISSUER_TOKEN"] = BackEnd.Origin,
            ["JWT_AUDIENCE_TOKEN"] = BackEnd.Origin,
        };
        foreach (var (name, value) in more)
        {
            settings.Add(name, value);
        }

        return settings;
    }
}
