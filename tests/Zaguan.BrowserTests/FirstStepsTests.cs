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
        await using var house = await TestHouse.OpenAsync(new() { Settings = FourApplications.Settings() });
        HideFolder(house);
        var view = new View(language);
        var link = (await house.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync()).ShouldNotBeNull();
        await chromium.LookAsync(house, view, async page =>
        {
            await page.GotoAsync(link);
            await BecomeAdministratorAsync(page, view);
            await SetUpSecondFactorAsync(page, view);
            var password = await AddUserAsync(page, view);
            await TryOutAsync(page, view, password);
            await SeeTheLoginAsync(page, view);
        });
    }

    /// <summary>The overview warns of files that others can read, and names a folder that is only this test's.</summary>
    private static void HideFolder(TestHouse house)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        foreach (var file in Directory.EnumerateFiles(Path.Combine(house.Folder, "data")))
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    private static async Task BecomeAdministratorAsync(IPage page, View view)
    {
        await page.GetByLabel(view.Say("Nombre", "Name")).FillAsync("ana");
        await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(ConsoleBrowser.Password);
        await Pictures.TakeAsync(page, view, "first-steps-1-begin");
        await page.PressAsync(view.Say("Crear", "Create"));
        await page.GetByLabel(view.Say("Nombre", "Name")).FillAsync("ana");
        await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(ConsoleBrowser.Password);
        await Pictures.TakeAsync(page, view, "first-steps-2-enter");
        await page.PressAsync(view.Say("Entrar", "Enter"));
    }

    private static async Task SetUpSecondFactorAsync(IPage page, View view)
    {
        var secret = Base32Encoding.ToBytes(await page.Locator("#secret").InnerTextAsync());
        await Pictures.TakeAsync(page, view, "first-steps-3-second-factor");
        await page.GetByLabel(view.Say("Código", "Code")).FillAsync(EnteringTests.Code(secret));
        await page.PressAsync(view.Say("Comprobar y guardar", "Check and keep"));
        await page.Locator("#recovery-codes").WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-4-recovery-codes");
        await page.FollowAsync(view.Say("Los he guardado", "I have kept them"));
        await page.SeeAsync(view.Say("Resumen", "Overview"));
        await Pictures.TakeAsync(page, view, "first-steps-5-overview");
    }

    private static async Task<string> AddUserAsync(IPage page, View view)
    {
        await page.FollowAsync(view.Say("Usuarios", "Users"));
        await page.GetByRole(AriaRole.Link, new() { Name = "johndoe" }).WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-6-users");
        await page.FollowAsync(view.Say("Usuario nuevo", "New user"));
        await page.GetByLabel(view.Say("Ámbito", "Realm")).SelectOptionAsync("ambiotec");
        await page.PressAsync(view.Say("Seguir", "Go on"));
        await page.GetByLabel(view.Say("Nombre de usuario", "User name")).FillAsync("maria");
        await page.GetByLabel(view.Say("Correo", "E-mail")).FillAsync("maria@example.com");
        await page.GetByLabel(view.Say("Nombre", "Given name"), new() { Exact = true }).FillAsync("María");
        await page.GetByLabel(view.Say("Apellidos", "Family name")).FillAsync("Quispe");
        await page.GetByLabel(view.Say("Papel", "Role")).SelectOptionAsync("user");
        await Pictures.TakeAsync(page, view, "first-steps-7-new-user");
        await page.PressAsync(view.Say("Crear", "Create"));
        await page.SeeAsync("maria");
        await Pictures.TakeAsync(page, view, "first-steps-8-user");

        await page.FollowAsync(view.Say("Poner contraseña", "Set a password"));
        await page.PressAsync(view.Say("Hacer una contraseña", "Make a password"));
        var password = await page.Locator("#generated").InnerTextAsync();
        await Pictures.TakeAsync(page, view, "first-steps-9-password");
        await page.FollowAsync(view.Say("Ya la tiene", "It is handed over"));
        return password;
    }

    /// <summary>By the application's contract, as its client does it.</summary>
    private static async Task TryOutAsync(IPage page, View view, string password)
    {
        await page.FollowAsync(view.Say("Aplicaciones", "Applications"));
        await page.FollowAsync("ambiotec");
        await page.WriteAsync(view.Say("Identificador", "Identifier"), "maria");
        await page.WriteAsync(view.Say("Contraseña", "Password"), password);
        await page.Locator("#try").EvaluateAsync("title => title.scrollIntoView()");
        await Pictures.TakeAsync(page, view, "first-steps-10-try-it");
        await page.PressAsync(view.Say("Enviar", "Send"));
        var answer = page.Locator("#answer");
        await answer.GetByText("\"usuario_nombre\": \"María\"").WaitForAsync();
        await answer.ScrollIntoViewIfNeededAsync();
        await Pictures.TakeAsync(page, view, "first-steps-11-answer");
    }

    private static async Task SeeTheLoginAsync(IPage page, View view)
    {
        await page.FollowAsync(view.Say("Accesos", "Access log"));
        await page.GetByRole(AriaRole.Cell, new() { Name = "maria" }).First.WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-12-access-log");
        await page.FollowAsync(view.Say("Cambios", "Audit log"));
        await page.GetByRole(AriaRole.Cell, new() { Name = "ambiotec/maria" }).First.WaitForAsync();
        await Pictures.TakeAsync(page, view, "first-steps-13-audit-log");
    }
}
