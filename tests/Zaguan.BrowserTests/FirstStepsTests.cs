using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtpNet;
using Zaguan.Admin.Entering;
using Zaguan.Tests.House;

namespace Zaguan.BrowserTests;

/// <summary>The story of docs/first-steps.md, with its pictures: from a fresh house to a user who logs in, by the console alone.</summary>
public sealed class FirstStepsTests(Chromium chromium)
{
    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task From_nothing_to_a_user_who_logs_in(string language)
    {
        await using var house = await TestHouse.OpenAsync();
        var view = new View(language);
        var link = (await house.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync()).ShouldNotBeNull();
        await chromium.LookAsync(house, view, async page =>
        {
            await page.GotoAsync(link);
            await BecomeAdministratorAsync(page, view);
            await SetUpSecondFactorAsync(page, view);
            var password = await AddUserAsync(page, view);
            await LogInAsync(house, password);
            await SeeTheLoginAsync(page, view);
        });
    }

    private static async Task BecomeAdministratorAsync(IPage page, View view)
    {
        await page.GetByLabel(view.Say("Nombre", "Name")).FillAsync("ana");
        await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(ConsoleBrowser.Password);
        await Pictures.TakeAsync(page, view, "first-steps-1-begin");
        await ClickAsync(page, view.Say("Crear", "Create"));
        await page.GetByLabel(view.Say("Nombre", "Name")).FillAsync("ana");
        await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(ConsoleBrowser.Password);
        await Pictures.TakeAsync(page, view, "first-steps-2-enter");
        await ClickAsync(page, view.Say("Entrar", "Enter"));
    }

    private static async Task SetUpSecondFactorAsync(IPage page, View view)
    {
        var secret = Base32Encoding.ToBytes(await page.Locator("#secret").InnerTextAsync());
        await Pictures.TakeAsync(page, view, "first-steps-3-second-factor");
        await page.GetByLabel(view.Say("Código", "Code")).FillAsync(EnteringTests.Code(secret));
        await ClickAsync(page, view.Say("Comprobar y guardar", "Check and keep"));
        await page.Locator("#recovery-codes").WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-4-recovery-codes");
        await FollowAsync(page, view.Say("Los he guardado", "I have kept them"));
        await SeeAsync(page, view.Say("Resumen", "Overview"));
        await Pictures.TakeAsync(page, view, "first-steps-5-overview");
    }

    private static async Task<string> AddUserAsync(IPage page, View view)
    {
        await FollowAsync(page, view.Say("Usuarios", "Users"));
        await page.GetByRole(AriaRole.Link, new() { Name = "johndoe" }).WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-6-users");
        await FollowAsync(page, view.Say("Usuario nuevo", "New user"));
        await page.GetByLabel(view.Say("Ámbito", "Realm")).SelectOptionAsync("ambiotec");
        await ClickAsync(page, view.Say("Seguir", "Go on"));
        await page.GetByLabel(view.Say("Nombre de usuario", "User name")).FillAsync("maria");
        await page.GetByLabel(view.Say("Correo", "E-mail")).FillAsync("maria@example.com");
        await page.GetByLabel(view.Say("Nombre", "Given name"), new() { Exact = true }).FillAsync("María");
        await page.GetByLabel(view.Say("Apellidos", "Family name")).FillAsync("Quispe");
        await page.GetByLabel(view.Say("Papel", "Role")).SelectOptionAsync("user");
        await Pictures.TakeAsync(page, view, "first-steps-7-new-user");
        await ClickAsync(page, view.Say("Crear", "Create"));
        await SeeAsync(page, "maria");
        await Pictures.TakeAsync(page, view, "first-steps-8-user");

        await FollowAsync(page, view.Say("Poner contraseña", "Set a password"));
        await ClickAsync(page, view.Say("Hacer una contraseña", "Make a password"));
        var password = await page.Locator("#generated").InnerTextAsync();
        await Pictures.TakeAsync(page, view, "first-steps-9-password");
        await FollowAsync(page, view.Say("Ya la tiene", "It is handed over"));
        return password;
    }

    /// <summary>As the application's client does it, which knows nothing of Zaguan.</summary>
    private static async Task LogInAsync(TestHouse house, string password)
    {
        using var answer = await house.PostAsync("/api/login", Encoding.UTF8.GetBytes($$"""{"usuario_login":"maria","usuario_password":"{{password}}"}"""));
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("\"usuario_nombre\":\"María\"");
    }

    private static async Task SeeTheLoginAsync(IPage page, View view)
    {
        await FollowAsync(page, view.Say("Accesos", "Access log"));
        await page.GetByRole(AriaRole.Cell, new() { Name = "maria" }).First.WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-10-access-log");
        await FollowAsync(page, view.Say("Cambios", "Audit log"));
        await page.GetByRole(AriaRole.Cell, new() { Name = "ambiotec/maria" }).First.WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-11-audit-log");
    }

    private static Task ClickAsync(IPage page, string button) => page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    private static Task FollowAsync(IPage page, string link) => page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();

    private static Task SeeAsync(IPage page, string title) => page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1, Exact = true }).WaitForAsync();
}
