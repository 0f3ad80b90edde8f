using Microsoft.Playwright;
using Zaguan.Admin;
using Zaguan.Admin.AccessPages;
using Zaguan.Admin.UserPages;

namespace Zaguan.BrowserTests;

/// <summary>What happens, and what was done: overview, access log, audit log.</summary>
public sealed class LogPagesTests(Chromium chromium, House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task The_access_log_is_filtered_exported_and_followed(string language)
    {
        var view = new View(language) { Session = house.Ana };
        var stranger = $"nadie-{language}";
        await house.TryAsync("johndoe", "securePass123");
        await house.TryAsync(stranger, "mala");
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(AccessRoutes.AccessLog);
            await page.ChooseAsync(view.Say("Resultado", "Outcome"), view.Say("usuario desconocido", "unknown user"));
            await page.ChooseAsync(view.Say("Aplicación", "Application"), "ambiotec");
            await page.PressAsync(view.Say("Buscar", "Search"));
            await page.Row(stranger).WaitForAsync();
            (await page.Row("johndoe").CountAsync()).ShouldBe(0);

            var file = await page.RunAndWaitForDownloadAsync(() => page.FollowAsync(view.Say("Exportar (hoja de cálculo)", "Export (spreadsheet)")));
            file.SuggestedFilename.ShouldBe("accesos.csv");
            var lines = await File.ReadAllLinesAsync(await file.PathAsync());
            lines.Length.ShouldBeGreaterThan(1);
            lines.Skip(1).ShouldAllBe(l => l.Contains(",unknownUser,", StringComparison.Ordinal), "the others were filtered away");

            await page.FollowAsync(view.Say("Quitar filtros", "Clear filters"));
            await page.WriteAsync(view.Say("Usuario o correo", "User or e-mail address"), "johndoe");
            await page.PressAsync(view.Say("Buscar", "Search"));
            await page.Row(stranger).NoLongerAsync();
            await page.Row("johndoe").First.GetByRole(AriaRole.Link).ClickAsync();
            await page.SeeAsync("johndoe");

            await page.GotoAsync(AccessRoutes.AccessLog);
            await page.FollowAsync(view.Say("Seguir en directo", "Follow live"));
            await page.ReadAsync(view.Say("aparecen arriba cada 2 segundos", "appear on top every 2 seconds"));
            await page.EvaluateAsync("() => { window.isTheSame = true; }");
            await house.TryAsync($"ahora-{language}", "mala");
            await page.Row($"ahora-{language}").WaitForAsync();
            (await page.EvaluateAsync<bool>("() => window.isTheSame === true")).ShouldBeTrue();
            await page.FollowAsync(view.Say("Dejar de seguir", "Stop following"));

            await page.FollowAsync(view.Say("Fallos por dirección", "Failures by address"));
            await page.SeeAsync(view.Say("Fallos por dirección", "Failures by address"));
            await page.FollowAsync("127.0.0.1");
            await page.SeeAsync(view.Say("Registro de accesos", "Access log"));
            (await page.GetByLabel(view.Say("Dirección", "Address"), new() { Exact = true }).InputValueAsync()).ShouldBe("127.0.0.1");
            await page.Row($"ahora-{language}").WaitForAsync();
        });
    }

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task The_audit_log_has_what_was_just_done_and_what_was_there_before(string language)
    {
        var view = new View(language) { Session = house.Ana };
        var name = $"rosa-{language}";
        await house.It.AddUserAsync(new() { Realm = "romsoft", Username = name, FamilyName = "Antes" }, "una que es larga");
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync($"{UserRoutes.Users}?q={name}");
            await page.FollowAsync(name);
            await page.FollowAsync(view.Say("Cambiar datos", "Change data"));
            await page.WriteAsync(view.Say("Apellidos", "Family name"), "Después");
            await page.PressAsync(view.Say("Guardar", "Keep"));
            await page.FollowAsync(view.Say("Cambios", "Audit log"));
            var row = page.Row($"romsoft/{name}").First;
            (await row.Locator("del").InnerTextAsync()).ShouldBe("Antes");
            (await row.Locator("ins").InnerTextAsync()).ShouldBe("Después");
            var text = await row.InnerTextAsync();
            text.ShouldContain("ana");
            text.ShouldContain("127.0.0.1");
            text.ShouldContain(view.Say("cambió un usuario", "changed a user"));
        });
    }

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task The_overview_draws_the_attempts_and_shows_new_ones_and_who_is_locked_by_itself(string language)
    {
        var view = new View(language) { Session = house.Ana };
        var name = $"luis-{language}";
        await house.It.AddUserAsync(new() { Realm = "ambiotec", Username = name, Role = "user" }, "una que es larga");
        await house.TryAsync(name, "una que es larga");
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.Clock.InstallAsync();
            await page.GotoAsync(ConsoleRoutes.Home);
            await page.Locator("[data-chart] canvas").First.WaitForAsync();
            (await page.Locator("[data-chart] canvas").CountAsync()).ShouldBe(2);
            var before = await page.GetByRole(AriaRole.Status).First.InnerTextAsync();
            await page.GetByText(view.Say("Ver las cifras", "See the figures")).First.ClickAsync();
            await page.EvaluateAsync("() => { window.isTheSame = true; }");
            for (var i = 0; i < 6; i++)
            {
                await house.TryAsync(name, "no es esta");
            }

            // The page's ten seconds pass at once.
            await page.Clock.FastForwardAsync(11_000);
            await page.GetByRole(AriaRole.Link, new() { Name = name }).WaitForAsync();
            (await page.GetByRole(AriaRole.Status).First.InnerTextAsync()).ShouldNotBe(before);
            (await page.EvaluateAsync<bool>("() => window.isTheSame === true")).ShouldBeTrue();
            (await page.Locator("[data-chart] canvas").CountAsync()).ShouldBe(2, "they are drawn anew");
            (await page.Locator("#minutes-figures").GetAttributeAsync("open")).ShouldNotBeNull("what was opened stays open");

            await page.FollowAsync(view.Say("Por aplicación", "By application"));
            await page.Locator(".u-legend").GetByText("ambiotec").First.WaitForAsync();
            await page.FollowAsync(name);
            await page.ReadAsync(view.Say("desde 127.0.0.1, hasta", "from 127.0.0.1, until"));
        });
    }
}
