using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OtpNet;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.OneTimeCodes;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.BrowserTests;

/// <summary>What holds for every page of the console, on a screen and on a telephone.</summary>
public sealed class EveryPageTests(Chromium chromium, House house) : IClassFixture<House>
{
    private const int Telephone = 390;
    private const int Screen = 1280;
    private const int Height = 800;

    /// <summary>What stands for each parameter of a route: something that is there.</summary>
    private static readonly Dictionary<string, string> Things = new(StringComparer.Ordinal)
    {
        ["realm"] = "ambiotec",
        ["number"] = "1",
        ["name"] = "ambiotec",
        ["application"] = "ambiotec",
    };

    [Theory]
    [InlineData("es")]
    [InlineData("en")]
    public async Task Every_page_fits_and_shuts_nobody_out(string language)
    {
        await house.TryToLogInAsync();
        var pages = await PagesAsync();
        pages.ShouldNotBeEmpty();
        var view = new View(language, Telephone, Height);
        var faults = new List<string>();

        await chromium.LookAsync(house.It, view with { Session = house.Ana }, async page =>
        {
            foreach (var path in pages)
            {
                await page.GotoAsync(path);
                faults.AddRange(await FaultsAsync(page, path));
            }
        });
        await chromium.LookAsync(house.It, view, async page =>
        {
            await page.GotoAsync((await house.It.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync()) ?? ConsoleRoutes.Enter);
            faults.AddRange(await FaultsAsync(page, ConsoleRoutes.Enter));
            var name = $"cada-{language}";
            await ConsoleBrowser.AddAdminAsync(house.It, name, AdminRole.Auditor);
            await EnteringTests.EnterAsync(page, view, name, ConsoleBrowser.Password);
            faults.AddRange(await FaultsAsync(page, ConsoleRoutes.SecondFactor));
        });
        await chromium.LookAsync(house.It, view, async page =>
        {
            var john = (await house.It.Services.GetRequiredService<UserStore>().FindByNumberAsync("ambiotec", 1))!;
            var link = await house.It.Services.GetRequiredService<PasswordLinks>().MakeAsync(john, AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.PasswordLinkMade, "ambiotec/johndoe", null, null));
            await page.GotoAsync(PasswordLinkRoutes.PathOf(link!));
            faults.AddRange(await FaultsAsync(page, PasswordLinkRoutes.Password));
            await page.GotoAsync(AccountRoutes.PathOf("ambiotec"));
            await AccountTests.SignInAsync(page, view, "johndoe", "securePass123");
            foreach (var path in new[] { "", AccountRoutes.Sessions, AccountRoutes.Password, AccountRoutes.SecondFactor })
            {
                await page.GotoAsync(AccountRoutes.PathOf("ambiotec") + path);
                faults.AddRange(await FaultsAsync(page, AccountRoutes.PathOf("ambiotec") + path));
            }

            // The same page of somebody who has one.
            var factors = house.It.Services.GetRequiredService<UserSecondFactors>();
            using var secret = OneTimeCode.NewSecret();
            var audit = AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.UserSecondFactorSet, "ambiotec/johndoe", null, null);
            await factors.SetAsync(john, await factors.SealAsync(secret, john), step: 0, [], audit);
            await page.GotoAsync(AccountRoutes.PathOf("ambiotec"));
            await AccountTests.SignInAsync(page, view, "johndoe", $"securePass123{new Totp(secret.Reveal().ToArray()).ComputeTotp()}");
            await page.GotoAsync(AccountRoutes.PathOf("ambiotec") + AccountRoutes.SecondFactor);
            (await page.Locator("#secret").CountAsync()).ShouldBe(0);
            faults.AddRange(await FaultsAsync(page, AccountRoutes.PathOf("ambiotec") + AccountRoutes.SecondFactor));
            await factors.ResetAsync(john, audit);
        });

        faults.ShouldBeEmpty();
    }

    /// <summary>It comes to a telephone, and the window becomes wide afterwards.</summary>
    private static async Task<IEnumerable<string>> FaultsAsync(IPage page, string path)
    {
        var faults = new List<string>(await Axe.FaultsOfAsync(page));
        foreach (var width in new[] { Telephone, Screen })
        {
            await page.SetViewportSizeAsync(width, Height);
            var sizes = await page.EvaluateAsync<int[]>("() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]");
            faults.AddRange(sizes[0] > sizes[1] ? [$"it is {sizes[0]} wide in {sizes[1]}"] : Array.Empty<string>());
        }

        await page.SetViewportSizeAsync(Telephone, Height);
        return faults.Select(f => $"{path}: {f}");
    }

    /// <summary>Every route that shows a page to whoever has entered; not those that lead elsewhere, are a piece of a page or a file.</summary>
    private async Task<IReadOnlyList<string>> PagesAsync()
    {
        var pages = new List<string>();
        foreach (var path in Routes().Distinct(StringComparer.Ordinal))
        {
            using var answer = await house.Ana.GetAsync(path);
            if (answer.StatusCode is HttpStatusCode.SeeOther || path is ConsoleRoutes.Begin or PasswordLinkRoutes.Password)
            {
                continue;
            }

            answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{path} {house.It.Log.All.LastOrDefault(l => l.StartsWith("Error", StringComparison.Ordinal))}");
            if (answer.Content.Headers.ContentType?.MediaType is "text/html" && (await answer.Content.ReadAsStringAsync()).Contains("<!DOCTYPE html>", StringComparison.Ordinal))
            {
                pages.Add(path);
            }
        }

        return pages;
    }

    private IEnumerable<string> Routes() => house.It.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
        .Where(e => e.Metadata.GetMetadata<ConsoleAccess>() is { Acts: false })
        .Select(e => string.Join('/', e.RoutePattern.PathSegments.Select(s => s.Parts[0] is Microsoft.AspNetCore.Routing.Patterns.RoutePatternParameterPart p ? Things[p.Name] : ((Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart)s.Parts[0]).Content)))
        .Select(path => path is "zaguan" ? ConsoleRoutes.Home : $"/{path}");
}
