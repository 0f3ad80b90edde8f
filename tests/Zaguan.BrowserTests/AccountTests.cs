using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtpNet;
using Zaguan.Account;
using Zaguan.OneTimeCodes;
using Zaguan.Users;

namespace Zaguan.BrowserTests;

/// <summary>A user's own password, by a link and in My account.</summary>
public sealed class AccountTests(Chromium chromium, House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task A_user_sets_a_password_behind_a_link_signs_in_changes_it_and_ends_a_session(string language)
    {
        var name = $"cuenta-{language}";
        await house.It.AddUserAsync(new NewUser { Realm = "ambiotec", Username = name }, "clave que nadie recuerda");
        var user = (await house.It.Services.GetRequiredService<UserStore>().FindByNameOrEmailAsync("ambiotec", name))!;
        var view = new View(language);
        var link = "";
        await chromium.LookAsync(house.It, view with { Session = house.Ana }, async page =>
        {
            await page.GotoAsync(Admin.UserPages.UserRoutes.PathOf(user));
            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Poner contraseña", "Set a password") }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Hacer un enlace", "Make a link") }).ClickAsync();
            link = await page.Locator("#link").InnerTextAsync();
        });
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(link);
            new Uri(page.Url).PathAndQuery.ShouldBe(PasswordLinkRoutes.Password, "the link is out of the address");
            await ChooseAsync(page, view, "cuatro palabras bien largas");
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Poner esta contraseña", "Set this password") }).ClickAsync();
            await page.GetByText(view.Say("Desde ahora entre con ella", "Log in with it from now on")).WaitForAsync();
            await house.TryAsync(name, "cuatro palabras bien largas");

            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Entrar en mi cuenta", "Sign in to my account") }).ClickAsync();
            await SignInAsync(page, view, name, "cuatro palabras bien largas");
            await page.GetByRole(AriaRole.Cell, new() { Name = view.Say("entró", "logged in") }).First.WaitForAsync();

            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Sesiones", "Sessions") }).ClickAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Cerrar la sesión de ambiotec", "End the session of ambiotec") }).ClickAsync();
            await page.GetByText(view.Say("Ninguna.", "None.")).WaitForAsync();

            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Contraseña", "Password") }).ClickAsync();
            await page.GetByLabel(view.Say("Contraseña de ahora", "Password of now")).FillAsync("cuatro palabras bien largas");
            await ChooseAsync(page, view, "otras palabras aún más largas");
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Cambiarla", "Change it") }).ClickAsync();
            await page.GetByRole(AriaRole.Status).GetByText(view.Say("La contraseña está cambiada", "The password is changed")).WaitForAsync();

            await page.GetByRole(AriaRole.Button, new() { Name = view.Say($"Salir ({name})", $"Leave ({name})") }).ClickAsync();
            await SignInAsync(page, view, name, "otras palabras aún más largas");
            (await page.TitleAsync()).ShouldStartWith(view.Say("Últimos accesos", "Recent logins"));
        });
    }

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task A_user_sets_up_a_second_factor_signs_in_with_a_code_and_removes_it(string language)
    {
        var view = new View(language) { IsRefused = true };
        var name = $"factor-{language}";
        const string Password = "cuatro palabras bien largas";
        await house.It.AddUserAsync(new NewUser { Realm = "ambiotec", Username = name }, Password);
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(AccountRoutes.PathOf("ambiotec"));
            await SignInAsync(page, view, name, Password);
            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Segundo factor", "Second factor") }).ClickAsync();
            var secret = Base32Encoding.ToBytes(await page.Locator("#secret").InnerTextAsync());
            await SetUpAsync("000", Password);
            await page.GetByRole(AriaRole.Alert).GetByText(view.Say("Ese código no es el de ahora", "That is not the code of now")).WaitForAsync();
            await SetUpAsync(EnteringTests.Code(secret), Password);
            (await page.Locator("#recovery-codes li").CountAsync()).ShouldBe(OneTimeCode.RecoveryCodes);
            var recovery = await page.Locator("#recovery-codes li").First.InnerTextAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Los he guardado", "I have kept them") }).ClickAsync();

            await page.GetByRole(AriaRole.Button, new() { Name = view.Say($"Salir ({name})", $"Leave ({name})") }).ClickAsync();
            await SignInAsync(page, view, name, Password + EnteringTests.Code(secret, later: 1));
            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Segundo factor", "Second factor") }).ClickAsync();
            await page.GetByText(view.Say("Le quedan 10 códigos de recuperación", "You have 10 recovery codes left")).WaitForAsync();
            await page.GetByLabel(view.Say("Contraseña de ahora", "Password of now")).FillAsync(Password);
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Quitar el segundo factor", "Remove the second factor") }).ClickAsync();
            await page.GetByRole(AriaRole.Alert).GetByText(view.Say("Cada código vale una sola vez", "Each code is good once")).WaitForAsync();
            await page.GetByLabel(view.Say("Contraseña de ahora", "Password of now")).FillAsync(Password + recovery);
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Quitar el segundo factor", "Remove the second factor") }).ClickAsync();
            await page.GetByRole(AriaRole.Status).GetByText(view.Say("El segundo factor está quitado", "The second factor is removed")).WaitForAsync();

            async Task SetUpAsync(string code, string password)
            {
                await page.GetByLabel(view.Say("Código", "Code")).FillAsync(code);
                await page.GetByLabel(view.Say("Contraseña de ahora", "Password of now")).FillAsync(password);
                await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Comprobar y guardar", "Check and keep") }).ClickAsync();
            }
        });
    }

    internal static async Task SignInAsync(IPage page, View view, string name, string password)
    {
        await page.GetByLabel(view.Say("Usuario", "User name")).FillAsync(name);
        await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Entrar", "Sign in"), Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = view.Say("Últimos accesos", "Recent logins") }).WaitForAsync();
    }

    private static async Task ChooseAsync(IPage page, View view, string password)
    {
        await page.GetByLabel(view.Say("Contraseña nueva", "New password")).FillAsync(password);
        await page.GetByLabel(view.Say("La misma otra vez", "The same once more")).FillAsync(password);
    }
}
