using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtpNet;
using Zaguan.Admin;
using Zaguan.Admin.AdministratorPages;
using Zaguan.Admin.Api;
using Zaguan.Admin.ApplicationPages;
using Zaguan.Admin.KeyPages;
using Zaguan.Applications;
using Zaguan.Tests.House;

namespace Zaguan.BrowserTests;

/// <summary>Applications with their contracts, keys, back-ends, rules, and administrators; each language has a house of its own, for what can be done once.</summary>
public sealed class HousekeepingTests(Chromium chromium)
{
    private static readonly DemoLogin Romsoft = DemoLogin.Romsoft;

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task Applications_show_their_contracts_and_are_tried_out_and_keys_back_ends_and_rules_are_kept(string language)
    {
        await using var house = await OwnKeysHouse.OpenAsync(null, null, ("Applications:romsoft:Rules:0:Path", "/api/informes"), ("Applications:romsoft:Rules:0:Roles:0", "Gerencia"));
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var view = new View(language) { Session = ana, IsRefused = true };
        await chromium.LookAsync(house, view, async page =>
        {
            await TryOutAsync(page, view);
            await SeeBrokenContractAsync(page, view, house);
            await RotateAsync(page, view, house);
            await KeepBackEndAsync(page, view);
            await AskRulesAsync(page, view);
            await KeepApiKeyAsync(page, view, house);
        });
    }

    private static async Task KeepApiKeyAsync(IPage page, View view, TestHouse house)
    {
        await page.GotoAsync(ApiPages.Keys);
        await page.FollowAsync(view.Say("Qué se puede pedir", "What can be asked for"));
        await page.GetByText("/zaguan/api/users", new() { Exact = false }).First.WaitForAsync();
        await page.GotoAsync(ApiPages.Keys);
        await page.WriteAsync(view.Say("Para qué es", "What it is for"), "informes");
        await page.Locator("input[value='users:read']").CheckAsync();
        await page.PressAsync(view.Say("Crear y ver la clave", "Make and see the key"));
        var key = await page.Locator("#key").InnerTextAsync();
        (await AskAsync()).ShouldBe(HttpStatusCode.OK);

        await page.FollowAsync(view.Say("La he guardado", "I have kept it"));
        (await page.ContentAsync()).ShouldNotContain(key);
        await page.GetByText(view.Say("Anular informes…", "Revoke informes…")).ClickAsync();
        await page.PressAsync(view.Say("Anular informes", "Revoke informes"));
        await page.GetByRole(AriaRole.Cell, new() { Name = view.Say("anulada", "revoked") }).WaitForAsync();
        (await AskAsync()).ShouldBe(HttpStatusCode.Unauthorized);

        async Task<HttpStatusCode> AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/zaguan/api/users") { Headers = { Authorization = new("Bearer", key) } };
            using var answer = await house.Client.SendAsync(request);
            return answer.StatusCode;
        }
    }

    private static async Task TryOutAsync(IPage page, View view)
    {
        await page.GotoAsync(ApplicationRoutes.List);
        await page.FollowAsync("romsoft");
        await page.SeeAsync("romsoft");
        await page.GetByRole(AriaRole.Row, new() { Name = view.Say("Secreto de firma configurado", "Signing secret set") }).WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = view.Say("El archivo", "The file") }).WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = view.Say("Puede entrar (granted)", "Granted (granted)") }).WaitForAsync();

        await page.WriteAsync(view.Say("Identificador", "Identifier"), Romsoft.Identifier);
        await page.WriteAsync(view.Say("Contraseña", "Password"), Romsoft.Password);
        await page.PressAsync(view.Say("Enviar", "Send"));
        await page.GetByRole(AriaRole.Heading, new() { Name = view.Say("Lo que contestó", "What it answered") }).WaitForAsync();
        var tried = await page.Locator("#answer").InnerTextAsync();
        tried.ShouldContain($"POST {Romsoft.Path}");
        tried.ShouldContain("\"Password\": \"***\"");
        tried.ShouldContain("\"Success\": true");
        var all = await page.ContentAsync();
        all.ShouldNotContain(Romsoft.Password);
        all.ShouldNotContain(FourApplications.RomsoftSecret);

        await page.FollowAsync(view.Say("Accesos", "Access log"));
        await page.Row(Romsoft.Identifier).First.WaitForAsync();
    }

    private static async Task SeeBrokenContractAsync(IPage page, View view, TestHouse house)
    {
        var file = Path.Combine(house.Folder, "contracts", "clinica.json");
        await File.WriteAllTextAsync(file, "{\n  \"title\": 4\n}");
        house.Services.GetRequiredService<RunningApplications>().Refresh();
        await page.GotoAsync(ApplicationRoutes.List);
        var alert = page.GetByRole(AriaRole.Alert);
        await alert.GetByText(view.Say("línea 2", "line 2")).First.WaitForAsync();
        (await alert.InnerTextAsync()).ShouldContain(file);
        await page.GetByRole(AriaRole.Link, new() { Name = "clinica" }).WaitForAsync();
        await File.WriteAllTextAsync(file, OwnKeysHouse.Contract);
        house.Services.GetRequiredService<RunningApplications>().Refresh();
        await page.ReloadAsync();
        await alert.NoLongerAsync();
    }

    private static async Task RotateAsync(IPage page, View view, TestHouse house)
    {
        await page.FollowAsync(view.Say("Claves", "Keys"));
        var first = (await OwnKeysHouse.KidsAsync(house)).ShouldHaveSingleItem();
        await page.PressAsync(view.Say("Hacer la siguiente clave", "Make the next key"));
        await page.GetByRole(AriaRole.Cell, new() { Name = view.Say("publicada; firmará", "published; will sign") }).WaitForAsync();
        var next = (await OwnKeysHouse.KidsAsync(house)).Except([first], StringComparer.Ordinal).Single();
        await page.GetByRole(AriaRole.Rowheader, new() { Name = next }).WaitForAsync();
        await page.PressAsync(view.Say("Hacer la siguiente clave", "Make the next key"));
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
    }

    private static async Task KeepBackEndAsync(IPage page, View view)
    {
        await page.GotoAsync(KeyPageRoutes.Home);
        await page.WriteAsync(view.Say("Nombre", "Name"), "caja");
        await page.ChooseAsync(view.Say("Pregunta por los tokens de", "Asks about the tokens of"), "romsoft");
        await page.PressAsync(view.Say("Añadir y ver su clave", "Add and see its key"));
        var key = await page.Locator("#key").InnerTextAsync();
        key.ShouldStartWith("zbk_");
        await page.FollowAsync(view.Say("La he guardado", "I have kept it"));
        await page.GetByRole(AriaRole.Rowheader, new() { Name = "caja" }).WaitForAsync();
        (await page.ContentAsync()).ShouldNotContain(key);

        await page.GetByText(view.Say("Quitar caja…", "Remove caja…")).ClickAsync();
        await page.PressAsync(view.Say("Quitar caja", "Remove caja"));
        await page.GetByRole(AriaRole.Rowheader, new() { Name = "caja" }).NoLongerAsync();
    }

    private static async Task AskRulesAsync(IPage page, View view)
    {
        await AskAsync("Caja", view.Say("No puede pasar: la regla no nombra ese papel", "May not pass: the rule does not name that role"));
        await AskAsync("gerencia", view.Say("Puede pasar, si ha entrado.", "May pass, having logged in."));

        async Task AskAsync(string role, string verdict)
        {
            await page.GetByLabel(view.Say("Aplicación", "Application"), new() { Exact = true }).SelectOptionAsync("romsoft");
            await page.WriteAsync(view.Say("Ruta", "Path"), "/api/informes/2026");
            await page.WriteAsync(view.Say("Papel de la persona", "The person's role"), role);
            await page.PressAsync(view.Say("Probar", "Try"));
            await page.Locator("#verdict").GetByText(verdict).WaitForAsync();
        }
    }

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task An_administrator_is_added_enters_gets_another_role_and_is_put_out_and_deleted(string language)
    {
        await using var house = await FourApplications.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var view = new View(language) { Session = ana, IsRefused = true };
        await chromium.LookAsync(house, view, async page =>
        {
            await page.GotoAsync(AdministratorRoutes.List);
            await AddAsync(page, view, "corta");
            await page.GetByRole(AriaRole.Alert).WaitForAsync();
            await AddAsync(page, view, ConsoleBrowser.Password);
            await page.GetByRole(AriaRole.Rowheader, new() { Name = "nora" }).WaitForAsync();

            await chromium.LookAsync(house, new View(language), async hers =>
            {
                await hers.GotoAsync(AdministratorRoutes.List);
                await EnteringTests.EnterAsync(hers, view, "nora", ConsoleBrowser.Password);
                await hers.WriteAsync(view.Say("Código", "Code"), EnteringTests.Code(Base32Encoding.ToBytes(await hers.Locator("#secret").InnerTextAsync())));
                await hers.PressAsync(view.Say("Comprobar y guardar", "Check and keep"));
                await hers.FollowAsync(view.Say("Los he guardado", "I have kept them"));
                await hers.FollowAsync(view.Say("Administradores", "Administrators"));
                await hers.GetByRole(AriaRole.Rowheader, new() { Name = view.Say("nora (usted)", "nora (you)") }).WaitForAsync();
                (await hers.GetByText(view.Say("Añadir un administrador", "Add an administrator")).CountAsync()).ShouldBe(0, "an operator adds nobody");

                await OpenAsync(page, view);
                await page.GetByRole(AriaRole.Row).Filter(new() { HasText = "nora" }).GetByLabel(view.Say("Papel", "Role")).SelectOptionAsync(nameof(AdminRole.Auditor));
                await page.PressAsync(view.Say("Dar este papel", "Give this role"));
                await page.GetByRole(AriaRole.Cell, new() { Name = "auditor", Exact = true }).WaitForAsync();
                await hers.ReloadAsync();
                await hers.SeeAsync(view.Say("Entrar", "Enter"));
            });

            await OpenAsync(page, view);
            await page.PressAsync(view.Say("Desactivar", "Disable"));
            await page.GetByRole(AriaRole.Cell, new() { Name = view.Say("desactivado", "disabled"), Exact = true }).WaitForAsync();
            await OpenAsync(page, view);
            await page.PressAsync(view.Say("Borrar a nora", "Delete nora"));
            await page.GetByRole(AriaRole.Rowheader, new() { Name = "nora" }).NoLongerAsync();
        });
    }

    private static async Task AddAsync(IPage page, View view, string password)
    {
        var form = page.Locator("section[aria-labelledby=add]");
        await form.GetByLabel(view.Say("Nombre", "Name"), new() { Exact = true }).FillAsync("nora");
        await form.GetByLabel(view.Say("Papel", "Role")).SelectOptionAsync(nameof(AdminRole.Operator));
        await form.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(password);
        await page.PressAsync(view.Say("Añadir", "Add"));
    }

    private static Task OpenAsync(IPage page, View view) => page.GetByText(view.Say("Cambiar a nora…", "Change nora…")).ClickAsync();
}
