using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.Entering;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Admin;

/// <summary>Where the console asks for a password.</summary>
public sealed partial class PasswordFieldTests
{
    [Fact]
    public async Task A_password_is_typed_unseen_and_may_be_pasted_and_filled_in()
    {
        await using var house = await TestHouse.OpenAsync();
        using var stranger = new ConsoleBrowser(house);
        var link = (await house.Services.GetRequiredService<BeginEndpoint>().NewLinkAsync())!;
        var pages = new List<string> { await stranger.ReadAsync(link), await stranger.ReadAsync(ConsoleRoutes.Enter) };
        using var browser = await ConsoleBrowser.EnterAsync(house);
        foreach (var (path, _) in EnteringTests.Routes(house).Where(r => r.Access is { Acts: false, Least: not null }).Append((Path: "/zaguan/users/romsoft/1/password", Access: null!)).Append((Path: "/zaguan/applications/romsoft", Access: null!)))
        {
            using var answer = await browser.GetAsync(path);
            pages.Add(await answer.Content.ReadAsStringAsync());
        }

        var fields = pages.SelectMany(p => Input().Matches(p).Select(m => m.Value)).Where(i => i.Contains("name=\"password\"", StringComparison.Ordinal)).ToList();
        fields.Count.ShouldBeGreaterThanOrEqualTo(4);
        fields.ShouldAllBe(i => i.Contains("type=\"password\"", StringComparison.Ordinal) && !i.Contains("readonly", StringComparison.Ordinal));
        pages.ShouldAllBe(p => !p.Contains("onpaste", StringComparison.OrdinalIgnoreCase));
        foreach (var script in new[] { "overview.js" })
        {
            (await house.Client.GetStringAsync($"{ConsoleRoutes.Assets}/{script}")).ShouldNotContain("paste");
        }
    }

    [GeneratedRegex("<input[^>]*>", RegexOptions.NonBacktracking)]
    private static partial Regex Input();
}
