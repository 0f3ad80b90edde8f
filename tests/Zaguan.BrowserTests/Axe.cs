using Microsoft.Playwright;

namespace Zaguan.BrowserTests;

/// <summary>axe-core, which looks for what keeps people with a handicap out of a page.</summary>
internal static class Axe
{
    private const string Run = """
        async () => {
            const found = await axe.run(document, { resultTypes: ['violations'], preload: false });
            return found.violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => `${v.id} (${v.impact}): ${v.help}: ${v.nodes.map(n => n.html).join(' ')}`);
        }
        """;

    private static readonly string Script = Read();

    /// <summary>What it finds serious or critical in the page that is shown.</summary>
    public static async Task<IReadOnlyList<string>> FaultsOfAsync(IPage page)
    {
        // The browser's own tools run it, so the page's policy stays as it is.
        await page.EvaluateAsync(Script);
        return await page.EvaluateAsync<string[]>(Run);
    }

    private static string Read()
    {
        using var reader = new StreamReader(typeof(Axe).Assembly.GetManifestResourceStream("axe.min.js")!);
        return reader.ReadToEnd();
    }
}
