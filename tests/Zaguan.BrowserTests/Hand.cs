using Microsoft.Playwright;

namespace Zaguan.BrowserTests;

/// <summary>What somebody before a page does: they find things by what they are called.</summary>
internal static class Hand
{
    public static Task PressAsync(this IPage page, string button) => page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public static Task FollowAsync(this IPage page, string link) => page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();

    public static Task WriteAsync(this IPage page, string label, string text) => page.GetByLabel(label, new() { Exact = true }).FillAsync(text);

    public static Task ChooseAsync(this IPage page, string label, string option) => page.GetByLabel(label, new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = option });

    /// <summary>The page of this title is there.</summary>
    public static Task SeeAsync(this IPage page, string title) => page.GetByRole(AriaRole.Heading, new() { Name = title, Level = 1, Exact = true }).WaitForAsync();

    /// <summary>Something says so, in these words or with them.</summary>
    public static Task ReadAsync(this IPage page, string words) => page.Locator("main").GetByText(words).First.WaitForAsync();

    public static Task NoLongerAsync(this ILocator it) => it.WaitForAsync(new() { State = WaitForSelectorState.Hidden });

    public static ILocator Row(this IPage page, string words) => page.GetByRole(AriaRole.Row).Filter(new() { HasText = words });
}
