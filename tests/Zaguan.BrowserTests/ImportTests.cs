using System.Text;
using Microsoft.Playwright;
using Zaguan.Admin.UserPages;

namespace Zaguan.BrowserTests;

/// <summary>Users of another system are brought in.</summary>
public sealed class ImportTests(Chromium chromium, House house) : IClassFixture<House>
{
    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task A_file_is_uploaded_mapped_tried_and_imported_and_who_came_logs_in(string language)
    {
        var view = new View(language, 390) { Session = house.Ana, IsRefused = true };
        var name = $"quispe-{language}";
        var file = new FilePayload
        {
            Name = "usuarios.csv",
            MimeType = "text/csv",
            Buffer = Encoding.UTF8.GetBytes($"COD;nombre;clave;rol\n{name};María;la que tenía, larga;user\njohndoe;Otro;otra;user\n"),
        };
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(UserRoutes.Users);
            await page.FollowAsync(view.Say("Importar usuarios", "Import users"));
            await page.GetByLabel(view.Say("Archivo", "File"), new() { Exact = true }).SetInputFilesAsync(file);
            await page.PressAsync(view.Say("Subir y ver qué tiene", "Upload it and see what it has"));

            await page.ChooseAsync(view.Say("Ámbito", "Realm"), "ambiotec");
            await page.ChooseAsync(view.Say("Cómo están guardadas las contraseñas", "How the passwords are stored"), view.Say("tal como se escriben, sin cifrar", "as they are typed, not hashed"));
            (await page.ContentAsync()).ShouldNotContain("la que tenía");
            await SeeNoFaultAsync(page);
            await page.PressAsync(view.Say("Probar sin escribir nada", "Try without writing anything"));
            await page.GetByRole(AriaRole.Alert).GetByText(view.Say("Diga qué columna es el nombre de usuario", "Say which column is the user name")).WaitForAsync();
            await page.ChooseAsync("COD", view.Say("nombre de usuario", "user name"));
            await page.PressAsync(view.Say("Probar sin escribir nada", "Try without writing anything"));

            await page.GetByRole(AriaRole.Row, new() { Name = view.Say("Se añadirían 1", "Would be added 1") }).WaitForAsync();
            await page.GetByRole(AriaRole.Row, new() { Name = view.Say("Se rechazarían 1", "Would be refused 1") }).WaitForAsync();
            await SeeNoFaultAsync(page);
            await page.PressAsync(view.Say("Importar", "Import"));
            await page.GetByRole(AriaRole.Row, new() { Name = view.Say("Se han añadido 1", "Were added 1") }).WaitForAsync();
            await SeeNoFaultAsync(page);
            var refused = await page.RunAndWaitForDownloadAsync(() => page.FollowAsync(view.Say("Descargar todas las rechazadas", "Download all that were refused")));
            (await File.ReadAllTextAsync(await refused.PathAsync())).ShouldContain("johndoe");
            using (var login = await house.It.PostAsync("/api/login", Encoding.UTF8.GetBytes($$"""{"usuario_login":"{{name}}","usuario_password":"la que tenía, larga"}""")))
            {
                login.IsSuccessStatusCode.ShouldBeTrue();
            }

            await page.FollowAsync(view.Say("Cambios", "Audit log"));
            await page.GetByRole(AriaRole.Cell, new() { Name = view.Say("terminó una importación de usuarios", "ended an import of users") }).First.WaitForAsync();
            await page.GoBackAsync();
            await page.PressAsync(view.Say("Importar otro archivo", "Import another file"));
            await page.GetByRole(AriaRole.Button, new() { Name = view.Say("Subir y ver qué tiene", "Upload it and see what it has") }).WaitForAsync();
        });
    }

    /// <summary>Nobody is shut out of a step, and it fits a telephone.</summary>
    private static async Task SeeNoFaultAsync(IPage page)
    {
        (await Axe.FaultsOfAsync(page)).ShouldBeEmpty();
        (await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")).ShouldBeTrue();
    }
}
