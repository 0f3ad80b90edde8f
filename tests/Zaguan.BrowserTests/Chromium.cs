using System.Collections.Concurrent;
using Microsoft.Playwright;
using Zaguan.BrowserTests;
using Zaguan.Tests.House;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Zaguan.BrowserTests;

/// <summary>How somebody looks at the console.</summary>
/// <param name="Language">What the browser asks for: "es" or "en".</param>
public sealed record View(string Language, int Width = 1280, int Height = 800)
{
    /// <summary>Of whoever has entered already.</summary>
    internal ConsoleBrowser? Session { get; init; }

    /// <summary>The story is refused something, and the browser notes the status of the answer.</summary>
    public bool IsRefused { get; init; }

    public string Say(string spanish, string english) => Language is "es" ? spanish : english;
}

/// <summary>The system's Chromium, one for the run.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Sees what the page's policy forbids, also where the console says nothing of it.</summary>
    private const string WatchPolicy = "document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI));";

    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    public async ValueTask InitializeAsync()
    {
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = ["--no-sandbox"] });
    }

    /// <summary>A story in a window of its own. It fails too where a script fails, a file is not there or the policy is hurt.</summary>
    internal async Task LookAsync(TestHouse house, View view, Func<IPage, Task> story)
    {
        await using var context = await browser.NewContextAsync(new()
        {
            BaseURL = house.Address.ToString(),
            Locale = view.Say("es-ES", "en-GB"),
            ViewportSize = new() { Width = view.Width, Height = view.Height },
            // What is scrolled to is there at once.
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(30_000);
        if (view.Session is { } session)
        {
            await context.AddCookiesAsync(session.Cookies.Select(c => new Cookie { Name = c.Name, Value = c.Value, Domain = c.Domain, Path = c.Path, HttpOnly = c.HttpOnly }));
        }

        await context.AddInitScriptAsync(WatchPolicy);
        var faults = new ConcurrentQueue<string>();
        context.Console += (_, message) =>
        {
            if (message.Type is "error" && !(view.IsRefused && message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)))
            {
                faults.Enqueue($"{message.Location} {message.Text}");
            }
        };
        context.WebError += (_, error) => faults.Enqueue(error.Error);
        await story(await context.NewPageAsync());
        faults.ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }
}
