using System.Globalization;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts.Learning;

/// <summary>By what of the fields that break a rule an answer may differ.</summary>
internal static class InvalidVariables
{
    /// <param name="isItem">Of one of them; else of the first of all.</param>
    public static IEnumerable<(string Name, Func<Facts, string> Of)> Of(bool isItem) => isItem
        ?
        [
            ("item.rule", f => RecordReader.SpellingOf(f.Item!.Rule)),
            ("item.field", f => f.Item!.Field),
        ]
        :
        [
            ("invalid.rule", f => RecordReader.SpellingOf(First(f).Rule)),
            ("invalid.more", f => f.Invalid.Count > 1 ? (f.Invalid.Count - 1).ToString(CultureInfo.InvariantCulture) : "null"),
            ("invalid.field", f => First(f).Field),
        ];

    private static InvalidField First(Facts facts) => facts.Invalid[0];
}
