using System.Text.RegularExpressions;

namespace Zaguan.Reading;

/// <summary>
/// CSV is opened with spreadsheets, and those calculate what looks like a formula, whoever wrote it (OWASP, CSV Injection). Also behind a
/// semicolon: where the decimal sign is a comma, spreadsheets split there whatever the quotes say.
/// </summary>
internal static partial class Spreadsheets
{
    /// <summary>A text that would be taken for a formula begins with an apostrophe instead.</summary>
    public static string? Guard(string? text) => text is null ? null : Formula().Replace(text, "${start}'");

    /// <summary>The text that was guarded.</summary>
    public static string Unguard(string text) => text.Contains('\'', StringComparison.Ordinal) ? Guarded().Replace(text, "${start}") : text;

    [GeneratedRegex("""(?<start>^|;)(?=[\s"']*[=+\-@＝＋－＠])""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Formula();

    [GeneratedRegex("""(?<start>^|;)'(?=[\s"']*[=+\-@＝＋－＠])""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Guarded();
}
