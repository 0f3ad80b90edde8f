using System.Globalization;
using Zaguan.Contracts;
using Zaguan.Login;
using Zaguan.Sources;

namespace Zaguan.Comparison;

/// <summary>Two replies to one request, the old system's and Zaguan's → in what they differ, placeholders aside.</summary>
internal static class ReplyComparer
{
    /// <summary>Nobody reads more of one reply; a body of 64 KiB could have thousands.</summary>
    public const int MostDifferences = 100;

    /// <param name="secrets">What was sent that no difference may repeat, the password for one.</param>
    /// <returns>At most <see cref="MostDifferences"/>.</returns>
    public static IReadOnlyList<Difference> Compare(Contract contract, Reply old, Reply zaguan, IReadOnlyList<Secret> secrets)
    {
        var disclosure = new Disclosure(secrets);
        var found = new List<Difference>();
        if (old.Status != zaguan.Status)
        {
            found.Add(new(DifferenceKind.Status, "", old.Status.ToString(CultureInfo.InvariantCulture), zaguan.Status.ToString(CultureInfo.InvariantCulture)));
        }

        found.AddRange(HeaderComparison.Compare(old.Headers, zaguan.Headers, disclosure));
        found.AddRange(new BodyComparison(disclosure).Compare(contract, old, zaguan));
        return [.. found.Take(MostDifferences)];
    }
}
