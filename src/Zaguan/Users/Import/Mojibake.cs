using System.Text.RegularExpressions;

namespace Zaguan.Users.Import;

/*
 * Letters that were read as others, and that no name has:
 *
 * - UTF-8 read as Windows-1252: "ñ" is "Ã±", "Á" is "Ã" and a control, "º" is "Âº". "JOÃO" is a name, so what follows has to be what such a byte becomes.
 * - UTF-8 read as IBM 850: "ñ" is "├▒". IBM 850 read as Windows-1252: "ñ" is "¤", "ó" is "¢". The other way round: "ñ" is "±", "ó" is "¾".
 * - Lost on the way: U+FFFD, and the question mark that many programs write for it.
 */
internal static partial class Mojibake
{
    public static bool IsIn(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"[ÃÂ][\u0080-\u00BF€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[\uFFFD\u2500-\u259F\u0080-\u009F]|\p{L}[¤¢£¥±¾‚?]", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
