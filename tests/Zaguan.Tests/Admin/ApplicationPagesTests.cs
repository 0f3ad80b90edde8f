using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.ApplicationPages;
using Zaguan.Applications;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>What runs, with which contract, and a login tried out.</summary>
public sealed class ApplicationPagesTests
{
    private static readonly DemoLogin Venta = DemoLogin.SistemaVenta;
    private static readonly DemoLogin Romsoft = DemoLogin.Romsoft;

    [Fact]
    public async Task The_list_and_the_page_of_one_tell_what_runs_and_no_secret()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("Applications:romsoft:Hosts:0", "romsoft.example"), ("Applications:romsoft:AllowedOrigins:0", "https://app.example")));
        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);

        var list = await auditor.ReadAsync(ApplicationRoutes.List);
        foreach (var login in DemoLogin.All)
        {
            list.ShouldContain(login.Application);
            list.ShouldContain($"POST {login.Path}");
        }

        list.ShouldContain("romsoft.example");
        list.ShouldContain("https://app.example");
        list.ShouldContain("HS256, ");
        list.ShouldContain("configurado");
        list.ShouldNotContain("no se han tomado");

        var one = await auditor.ReadAsync(ApplicationRoutes.Of("romsoft"));
        one.ShouldContain("(shipped) contracts/romsoft.json");
        one.ShouldContain("\"answers\"");
        one.ShouldContain("<token>");
        one.ShouldContain("(unavailable)");
        one.ShouldContain("JWT_ISSUER_TOKEN");
        one.ShouldContain("Lo puede hacer un operador");
        (list + one).ShouldNotContain(FourApplications.RomsoftSecret);
        (list + one).ShouldNotContain(FourApplications.Secret);
        (await auditor.GetAsync(ApplicationRoutes.Of("ninguna"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_answer_that_an_application_does_not_give_is_shown_as_the_one_in_its_place()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("Applications:sistema-venta:DiscloseAccountState", "false")));
        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);

        // The file says it, and no example does: once.
        (await auditor.ReadAsync(ApplicationRoutes.Of(Venta.Application))).Split("Usuario no encontrado").Length.ShouldBe(2);
    }

    [Fact]
    public async Task A_contract_file_that_is_refused_is_told_with_its_line_until_it_is_mended()
    {
        await using var house = await FourApplications.OpenAsync();
        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        var (file, running) = (Path.Combine(house.Folder, "contracts", "sistema-venta.json"), house.Services.GetRequiredService<RunningApplications>());
        var good = Repository.ContractText("sistema-venta");
        await File.WriteAllTextAsync(file, good.Replace("{user.number}", "{user.numbr}", StringComparison.Ordinal));
        running.Refresh();

        var list = await auditor.ReadAsync(ApplicationRoutes.List);
        list.ShouldContain("Hay archivos de contrato que no se han tomado");
        list.ShouldContain(file);
        list.ShouldContain("línea ");
        list.ShouldContain("/answers/granted");
        list.ShouldContain("user.numbr");
        (await auditor.GetAsync(ApplicationRoutes.Of(Venta.Application))).StatusCode.ShouldBe(HttpStatusCode.OK, "the last good one goes on");

        await File.WriteAllTextAsync(file, good);
        running.Refresh();
        (await auditor.ReadAsync(ApplicationRoutes.List)).ShouldNotContain("no se han tomado");
    }

    [Fact]
    public async Task A_login_that_is_tried_out_is_a_login_like_any_other_and_tells_no_secret()
    {
        await using var house = await FourApplications.OpenAsync();
        using var op = await ConsoleBrowser.EnterAsync(house, AdminRole.Operator);
        var path = ApplicationRoutes.Of(Romsoft.Application);
        (await op.ReadAsync(path)).ShouldContain("La dirección que se cuenta y se registra es la de este mismo servidor");

        var granted = await TryAsync(op, path, Romsoft.Identifier, Romsoft.Password);

        granted.ShouldContain($"POST {Romsoft.Path}");
        granted.ShouldContain("\"Password\": \"***\"");
        granted.ShouldContain("\"Success\": true");
        granted.ShouldContain("\"eyJhbGci…\"", customMessage: "a token is cut short");
        granted.ShouldNotContain(Romsoft.Password);
        var record = (await house.AccessLogAsync()).ShouldHaveSingleItem();
        (record.Application, record.Outcome.ToString()).ShouldBe((Romsoft.Application, "Granted"));

        const string Wrong = "una que no es, y larga";
        for (var i = 0; i < 5; i++)
        {
            (await TryAsync(op, path, Romsoft.Identifier, Wrong)).ShouldNotContain(Wrong);
        }

        // The budget refuses it here as it does everywhere.
        var hashes = house.Hashes;
        await TryAsync(op, path, Romsoft.Identifier, Romsoft.Password);
        house.Hashes.ShouldBe(hashes);
        (await house.AccessLogAsync()).Count.ShouldBe(7);
        var audit = await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100);
        audit.Count(a => a is { Action: AuditActions.LoginTried, Object: "romsoft", Who: "Operator" }).ShouldBe(7);
        audit.ShouldAllBe(a => !$"{a.Before}{a.After}".Contains(Wrong, StringComparison.Ordinal) && !$"{a.Before}{a.After}".Contains(Romsoft.Password, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_says_the_password_back_is_shown_without_it()
    {
        var contract = Repository.ContractText("sistema-venta").Replace("Usuario no encontrado", "No hay nadie que se llame {request.identifier}", StringComparison.Ordinal);
        await using var house = await FourApplications.OpenAsync(options: new() { Contracts = new(StringComparer.Ordinal) { ["sistema-venta.json"] = contract } });
        using var op = await ConsoleBrowser.EnterAsync(house, AdminRole.Operator);
        const string Both = "mi contraseña ñ & \"larga\"";

        // Somebody wrote it into the field above.
        var tried = await TryAsync(op, ApplicationRoutes.Of(Venta.Application), Both, Both);

        tried.ShouldNotContain("larga");
        tried.ShouldContain("\"Correo\": \"***\"");
        tried.ShouldContain("\"Clave\": \"***\"");
        tried.ShouldContain("No hay nadie que se llame ***");
        (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 1)).Single().After.ShouldBe("""{"identifier":"***"}""");
    }

    private static async Task<string> TryAsync(ConsoleBrowser browser, string path, string identifier, string password)
    {
        using var answer = await browser.PostAsync(path, ("identifier", identifier), ("password", password));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
    }
}
