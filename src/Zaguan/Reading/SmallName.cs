using System.Text.RegularExpressions;

namespace Zaguan.Reading;

/// <summary>What contracts, applications and realms are called: small letters, digits and hyphens. It fits a file name, a header and a log line as it is.</summary>
internal static partial class SmallName
{
    public static bool Is(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,63}\z", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Pattern();
}
