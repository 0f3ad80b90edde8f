using Microsoft.Playwright;
using Zaguan.Tests.House;

namespace Zaguan.BrowserTests;

/// <summary>The pictures of the documents: written where ZAGUAN_WRITE_PICTURES=1 asks for them, and otherwise only named.</summary>
internal static class Pictures
{
    private const int Largest = 100_000;

    private static readonly bool AreWritten = Environment.GetEnvironmentVariable("ZAGUAN_WRITE_PICTURES") is "1";

    /// <summary>What the window shows, as docs/images/NAME.LANGUAGE.png. A picture that no document could show fails, also where none is written.</summary>
    public static async Task TakeAsync(IPage page, View view, string name)
    {
        var file = Path.Combine(Repository.Root, "docs", "images", $"{name}.{view.Language}.png");
        if (!AreWritten)
        {
            File.Exists(file).ShouldBeTrue($"{file}: ZAGUAN_WRITE_PICTURES=1 writes it.");
            return;
        }

        var picture = await page.ScreenshotAsync(new() { Animations = ScreenshotAnimations.Disabled, Caret = ScreenshotCaret.Hide });
        picture.Length.ShouldBeLessThan(Largest, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllBytesAsync(file, picture);
    }
}
