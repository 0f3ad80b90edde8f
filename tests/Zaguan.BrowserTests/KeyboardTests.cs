using Microsoft.Playwright;
using OtpNet;
using Zaguan.Admin;
using Zaguan.Tests.House;

namespace Zaguan.BrowserTests;

/// <summary>The console without a mouse.</summary>
public sealed class KeyboardTests(Chromium chromium, House house) : IClassFixture<House>
{
    /// <summary>More stops than that no page makes somebody go through.</summary>
    private const int MostStops = 100;

    /// <summary>What has the focus, and whether it can be seen: it is in the window and has a ring.</summary>
    private const string Focused = """
        () => {
            const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
            const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
            const within = box.width > 0 && box.left >= 0 && box.right <= innerWidth + 1 && box.bottom > 0 && box.top < innerHeight;
            return [it.outerHTML.slice(0, 200), it.getAttribute('href') ?? it.id, it === document.body || (ring && within) ? 'seen' : 'unseen'];
        }
        """;

    [Fact]
    public async Task With_tab_and_enter_alone_somebody_enters_and_reaches_every_page_of_the_menu()
    {
        var view = new View("es");
        await ConsoleBrowser.AddAdminAsync(house.It, "teclas", AdminRole.Administrator);
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync(ConsoleRoutes.Home);
            await WriteAsync(page, "name", "teclas");
            await WriteAsync(page, "password", ConsoleBrowser.Password);
            await page.Keyboard.PressAsync("Enter");
            await page.Locator("#secret").WaitForAsync();
            var secret = Base32Encoding.ToBytes(await page.Locator("#secret").InnerTextAsync());
            await WriteAsync(page, "code", EnteringTests.Code(secret));
            await page.Keyboard.PressAsync("Enter");
            await page.Locator("#recovery-codes").WaitForAsync();
            await GoAsync(page, ConsoleRoutes.Home, skip: 1);

            // The first stop of a page leads past the menu.
            await TabToAsync(page, "#main");
            await page.Keyboard.PressAsync("Enter");
            (await page.EvaluateAsync<string>("() => document.activeElement.id")).ShouldBe("main");

            var menu = await page.Locator("a.nav-link").EvaluateAllAsync<string[]>("links => links.map(a => a.getAttribute('href'))");
            menu.ShouldContain(ConsoleRoutes.Home);
            await SeeEveryStopAsync(page);
            foreach (var path in menu.Where(p => p is not ConsoleRoutes.Home))
            {
                await GoAsync(page, path);
                await SeeEveryStopAsync(page);
            }
        });
    }

    private static async Task WriteAsync(IPage page, string field, string text)
    {
        await TabToAsync(page, field);
        await page.Keyboard.TypeAsync(text);
    }

    /// <summary>Follows the link that leads there; of several, the one behind so many others.</summary>
    private static async Task GoAsync(IPage page, string path, int skip = 0)
    {
        for (var i = 0; i <= skip; i++)
        {
            await TabToAsync(page, path, moves: true);
        }

        await page.Keyboard.PressAsync("Enter");
        await page.Locator($"a.nav-link[aria-current=page][href='{path}']").WaitForAsync();
    }

    /// <param name="moves">From where the focus is to the next, also when it is there already.</param>
    private static async Task TabToAsync(IPage page, string hrefOrId, bool moves = false)
    {
        for (var stops = 0; stops < MostStops; stops++)
        {
            if (stops > 0 || moves)
            {
                await page.Keyboard.PressAsync("Tab");
            }

            if (string.Equals((await StopAsync(page))[1], hrefOrId, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"{page.Url}: no way leads to {hrefOrId}.");
    }

    /// <summary>Once around the page: the focus never gets lost, and comes to the end.</summary>
    private static async Task SeeEveryStopAsync(IPage page)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var stops = 0; stops < MostStops; stops++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (!seen.Add(await page.EvaluateAsync<string>("() => [...document.querySelectorAll('*')].indexOf(document.activeElement).toString()")))
            {
                return;
            }

            await StopAsync(page);
        }

        Assert.Fail($"{page.Url} has no end.");
    }

    private static async Task<string[]> StopAsync(IPage page)
    {
        var stop = await page.EvaluateAsync<string[]>(Focused);
        stop[2].ShouldBe("seen", $"{page.Url}: {stop[0]}");
        return stop;
    }
}
