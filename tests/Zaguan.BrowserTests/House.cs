using System.Text;
using Zaguan.Tests.House;

namespace Zaguan.BrowserTests;

/// <summary>A house for the tests of a class, and an administrator who has entered it.</summary>
public sealed class House : IAsyncLifetime
{
    internal TestHouse It { get; private set; } = null!;

    internal ConsoleBrowser Ana { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        It = await TestHouse.OpenAsync(new() { Settings = FourApplications.Settings(("Applications:ambiotec:Account", "true"), ("Applications:ambiotec:OneTimeCodes", "optional")) });
        Ana = await ConsoleBrowser.EnterAsync(It, name: "ana");
    }

    /// <summary>Somebody logs in, and somebody tries with what is as long as names get, and with what would be a script where it is believed.</summary>
    internal async Task TryToLogInAsync()
    {
        await TryAsync("johndoe", "securePass123", "ambiotec/1.0");
        await TryAsync(new string('x', 200), "mala", "<script>alert(1)</script>");
    }

    internal async Task TryAsync(string name, string password, string agent = "ambiotec/1.0") =>
        await It.PostAsync("/api/login", Encoding.UTF8.GetBytes($$"""{"usuario_login":"{{name}}","usuario_password":"{{password}}"}"""), headers: ("User-Agent", agent));

    public async ValueTask DisposeAsync()
    {
        Ana.Dispose();
        await It.DisposeAsync();
    }
}
