using System.Text;
using Microsoft.Playwright;
using Zaguan.Admin.UserPages;

namespace Zaguan.BrowserTests;

/// <summary>Users are found, looked at and changed.</summary>
public sealed class UserPagesTests(Chromium chromium, House house) : IClassFixture<House>
{
    private const string Password = "la primera, que es larga";

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task Somebody_is_found_while_typing_unlocked_disabled_enabled_and_put_out(string language)
    {
        var view = new View(language) { Session = house.Ana };
        var name = $"pedro-{language}";
        await house.It.AddUserAsync(new() { Realm = "ambiotec", Username = name, Role = "user", GivenName = "Pedro" }, Password);
        (await LogsInAsync(name, Password)).ShouldBeTrue();
        for (var i = 0; i < 6; i++)
        {
            await LogsInAsync(name, "no es esta");
        }

        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(UserRoutes.Users);
            await page.EvaluateAsync("() => { window.isTheSame = true; }");
            await page.GetByRole(AriaRole.Link, new() { Name = "johndoe" }).WaitForAsync();
            await page.GetByLabel(view.Say("Buscar", "Search")).PressSequentiallyAsync(name);
            await page.GetByRole(AriaRole.Link, new() { Name = "johndoe" }).NoLongerAsync();
            await page.GetByRole(AriaRole.Link, new() { Name = name }).WaitForAsync();
            await page.ChooseAsync(view.Say("Estado", "State"), view.Say("Desactivados", "Disabled"));
            await page.ReadAsync(view.Say("Nadie que sea así.", "Nobody is like that."));
            await page.ChooseAsync(view.Say("Estado", "State"), view.Say("Activos", "Active"));
            await page.ChooseAsync(view.Say("Ámbito", "Realm"), "ambiotec");
            await page.GetByRole(AriaRole.Link, new() { Name = name }).WaitForAsync();
            (await page.EvaluateAsync<bool>("() => window.isTheSame === true")).ShouldBeTrue("the page stays, and the list in it changes");
            page.Url.ShouldContain($"q={name}", customMessage: "somebody else can be sent there");

            await page.FollowAsync(name);
            await page.SeeAsync(name);
            await page.ReadAsync(view.Say("desde 127.0.0.1, hasta", "from 127.0.0.1, until"));
            await page.PressAsync(view.Say("Desbloquear", "Unlock"));
            await page.ReadAsync(view.Say("No está bloqueado.", "Not locked."));
            (await LogsInAsync(name, Password)).ShouldBeTrue();

            await page.ReloadAsync();
            var ends = page.GetByRole(AriaRole.Button, new() { Name = view.Say("Cerrar la sesión de ambiotec", "End the session of ambiotec") });
            (await ends.CountAsync()).ShouldBe(2);
            await ends.First.ClickAsync();
            await ends.Nth(1).NoLongerAsync();
            (await ends.CountAsync()).ShouldBe(1);

            await page.PressAsync(view.Say("Desactivar", "Disable"));
            await page.GetByText(view.Say("desactivado", "disabled"), new() { Exact = true }).First.WaitForAsync();
            (await LogsInAsync(name, Password)).ShouldBeFalse();
            await page.PressAsync(view.Say("Activar", "Enable"));
            await page.GetByText(view.Say("activo", "active"), new() { Exact = true }).First.WaitForAsync();
            (await LogsInAsync(name, Password)).ShouldBeTrue();
        });
    }

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task Somebody_is_added_given_a_password_logs_in_is_changed_and_deleted(string language)
    {
        var view = new View(language) { Session = house.Ana, IsRefused = true };
        var name = $"marta-{language}";
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(UserRoutes.Users);
            await page.FollowAsync(view.Say("Usuario nuevo", "New user"));
            await page.ChooseAsync(view.Say("Ámbito", "Realm"), "ambiotec");
            await page.PressAsync(view.Say("Seguir", "Go on"));
            await page.WriteAsync(view.Say("Nombre de usuario", "User name"), "johndoe");
            await page.PressAsync(view.Say("Crear", "Create"));
            await page.GetByRole(AriaRole.Alert).WaitForAsync();
            await page.WriteAsync(view.Say("Nombre de usuario", "User name"), name);
            await page.WriteAsync(view.Say("Nombre", "Given name"), "Marta");
            await page.PressAsync(view.Say("Crear", "Create"));
            await page.SeeAsync(name);
            await page.ReadAsync(view.Say("No tiene: no puede entrar", "None: this user cannot log in"));

            await page.FollowAsync(view.Say("Poner contraseña", "Set a password"));
            await page.PressAsync(view.Say("Hacer una contraseña", "Make a password"));
            var password = await page.Locator("#generated").InnerTextAsync();
            (await LogsInAsync(name, password)).ShouldBeTrue();
            await page.FollowAsync(view.Say("Ya la tiene", "It is handed over"));
            await page.SeeAsync(name);
            (await page.ContentAsync()).ShouldNotContain(password, customMessage: "it is seen once");
            await page.ReadAsync(view.Say("Guardada como Zaguán las guarda", "Kept as Zaguan keeps them"));

            await page.FollowAsync(view.Say("Poner contraseña", "Set a password"));
            await page.WriteAsync(view.Say("Contraseña nueva", "New password"), "corta");
            await page.PressAsync(view.Say("Poner esta", "Set this one"));
            await page.GetByRole(AriaRole.Alert).WaitForAsync();
            await page.FollowAsync(view.Say("No, volver", "No, go back"));

            await page.FollowAsync(view.Say("Cambiar datos", "Change data"));
            await page.WriteAsync(view.Say("Apellidos", "Family name"), "Ñandú <b>");
            await page.PressAsync(view.Say("Guardar", "Keep"));
            await page.SeeAsync(name);
            await page.GetByRole(AriaRole.Cell, new() { Name = "Ñandú <b>" }).WaitForAsync();

            await page.FollowAsync(view.Say("Borrar", "Delete"));
            await page.SeeAsync(view.Say($"Borrar a {name}", $"Delete {name}"));
            var confirmation = page.Locator("#name");
            await confirmation.FillAsync("otro");
            await page.PressAsync(view.Say("Borrar para siempre", "Delete for good"));
            await page.GetByRole(AriaRole.Alert).WaitForAsync();
            await confirmation.FillAsync(name);
            await page.PressAsync(view.Say("Borrar para siempre", "Delete for good"));
            await page.SeeAsync(view.Say("Usuarios", "Users"));
            (await LogsInAsync(name, password)).ShouldBeFalse();
            await page.GotoAsync($"{UserRoutes.Users}?q={name}");
            await page.ReadAsync(view.Say("Nadie que sea así.", "Nobody is like that."));
        });
    }

    private async Task<bool> LogsInAsync(string name, string password)
    {
        using var answer = await house.It.PostAsync("/api/login", Encoding.UTF8.GetBytes($$"""{"usuario_login":"{{name}}","usuario_password":"{{password}}"}"""));
        return answer.IsSuccessStatusCode;
    }
}
