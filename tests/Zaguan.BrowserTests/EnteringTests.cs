using Microsoft.Playwright;
using OtpNet;
using Zaguan.Admin;
using Zaguan.OneTimeCodes;
using Zaguan.Tests.House;

namespace Zaguan.BrowserTests;

/// <summary>Entering, confirming and leaving, as a browser does it.</summary>
public sealed class EnteringTests(Chromium chromium, House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task An_administrator_enters_sets_up_a_second_factor_confirms_and_leaves(string language)
    {
        var view = new View(language) { IsRefused = true };
        var name = $"entra-{language}";
        await ConsoleBrowser.AddAdminAsync(house.It, name, AdminRole.Administrator);
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(ConsoleRoutes.Home);
            await EnterAsync(page, view, name, "otra contraseña");
            await page.GetByRole(AriaRole.Alert).GetByText(view.Say("no son correctos", "is not right")).WaitForAsync();
            await EnterAsync(page, view, name, ConsoleBrowser.Password);
            (await page.TitleAsync()).ShouldStartWith(view.Say("Su segundo factor", "Your second factor"));
            var secret = Base32Encoding.ToBytes(await page.Locator("#secret").InnerTextAsync());

            await page.GetByLabel(view.Say("Código", "Code")).FillAsync(Code(secret));
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Comprobar y guardar", "Check and keep") }).ClickAsync();
            (await page.Locator("#recovery-codes li").CountAsync()).ShouldBe(OneTimeCode.RecoveryCodes);
            await page.GetByRole(AriaRole.Link, new() { Name = view.Say("Los he guardado", "I have kept them") }).ClickAsync();
            (await page.TitleAsync()).ShouldStartWith(view.Say("Resumen", "Overview"));

            await page.GotoAsync(ConsoleRoutes.Confirm);
            await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(ConsoleBrowser.Password);
            await page.GetByLabel(view.Say("Código del móvil", "Code of the phone")).FillAsync(Code(secret, later: 1));
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Confirmar", "Confirm") }).ClickAsync();
            (await page.TitleAsync()).ShouldStartWith(view.Say("Resumen", "Overview"));

            await page.GetByRole(AriaRole.Button, new() { Name = view.Say($"Salir ({name})", $"Leave ({name})") }).ClickAsync();
            (await page.TitleAsync()).ShouldStartWith(view.Say("Entrar", "Enter"));
            await page.GotoAsync(ConsoleRoutes.Home);
            (await page.TitleAsync()).ShouldStartWith(view.Say("Entrar", "Enter"));
        });
    }

    [Fact]
    public Task The_button_changes_the_language_of_the_page_that_is_looked_at() => chromium.LookAsync(house.It, new("es") { Session = house.Ana }, async page =>
    {
        await page.GotoAsync(ConsoleRoutes.Home);
        await page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();
        (await page.Locator("html").GetAttributeAsync("lang")).ShouldBe("en");
        (await page.TitleAsync()).ShouldStartWith("Overview");
        new Uri(page.Url).AbsolutePath.ShouldBe(ConsoleRoutes.Home);
        await page.GetByRole(AriaRole.Button, new() { Name = "Español" }).ClickAsync();
        (await page.TitleAsync()).ShouldStartWith("Resumen");
    });

    internal static async Task EnterAsync(IPage page, View view, string name, string password)
    {
        await page.GetByLabel(view.Say("Nombre", "Name")).FillAsync(name);
        await page.GetByLabel(view.Say("Contraseña", "Password")).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Entrar", "Enter"), Exact = true }).ClickAsync();
    }

    /// <summary>The code of now, or of so many steps of thirty seconds later: each is good once.</summary>
    internal static string Code(byte[] secret, int later = 0) => new Totp(secret).ComputeTotp(TimeProvider.System.GetUtcNow().AddSeconds(30 * later).UtcDateTime);
}
