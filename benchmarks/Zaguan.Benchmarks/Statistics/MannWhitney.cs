namespace Zaguan.Benchmarks.Statistics;

/// <summary>
/// Do two samples come from one distribution? The U test of Mann and Whitney (1947), two-sided, with equal values sharing
/// their mean rank, the variance corrected for them, and the normal approximation with continuity correction (good from
/// about 20 measurements a side). It asks nothing about the shape of the distribution: latencies have long tails.
/// </summary>
/// <param name="U">Pairs in which the first sample's is the larger; a pair of equals is a half.</param>
/// <param name="P">How often chance alone gives a U this far from the middle.</param>
internal sealed record MannWhitney(double U, double Z, double P)
{
    public static MannWhitney Test(double[] a, double[] b)
    {
        var (rankSum, ties) = Rank(a, b);
        double n = a.Length, m = b.Length, all = n + m;
        var u = rankSum - (n * (n + 1) / 2);
        var variance = n * m / 12 * (all + 1 - (ties / (all * (all - 1))));
        var distance = u - (n * m / 2);
        var z = variance == 0 ? 0 : Math.Sign(distance) * Math.Max(0, Math.Abs(distance) - 0.5) / Math.Sqrt(variance);
        return new(u, z, ComplementaryError(Math.Abs(z) / Math.Sqrt(2)));
    }

    /// <summary>The smallest shift of all of <paramref name="a"/>, up or down, that the test would tell at <paramref name="level"/>: how sharp this run's eye was.</summary>
    public static double SmallestShiftTold(double[] a, double[] b, double level)
    {
        var centre = Sample.Median(a) - Sample.Median(b);
        var widest = Sample.Quantile([.. a, .. b], 1) - Sample.Quantile([.. a, .. b], 0);
        return Math.Max(Search(widest), -Search(-widest));

        // Between a shift that is not told (none) and one that is: halved until they meet.
        double Search(double told)
        {
            var untold = 0.0;
            for (var i = 0; i < 40; i++)
            {
                var middle = (untold + told) / 2;
                var isTold = Test([.. a.Select(x => x - centre + middle)], b).P < level;
                (untold, told) = isTold ? (untold, middle) : (middle, told);
            }

            return told;
        }
    }

    /// <summary>The sum of the first sample's ranks, and the sum of t³ − t over groups of t equal values.</summary>
    private static (double RankSum, double Ties) Rank(double[] a, double[] b)
    {
        var values = a.Select(x => (Value: x, First: true)).Concat(b.Select(x => (Value: x, First: false))).OrderBy(v => v.Value).ToList();
        var (rankSum, ties) = (0.0, 0.0);
        for (int from = 0, to; from < values.Count; from = to)
        {
            for (to = from + 1; to < values.Count && values[to].Value == values[from].Value; to++)
            {
            }

            double equal = to - from;
            var rank = (from + 1 + to) / 2.0;
            rankSum += rank * values.Skip(from).Take(to - from).Count(v => v.First);
            ties += (equal * equal * equal) - equal;
        }

        return (rankSum, ties);
    }

    /// <summary>erfc(x) for x ≥ 0, wrong by at most 1.5e-7 (Abramowitz and Stegun, 7.1.26).</summary>
    private static double ComplementaryError(double x)
    {
        var t = 1 / (1 + (0.3275911 * x));
        var polynomial = t * (0.254829592 + (t * (-0.284496736 + (t * (1.421413741 + (t * (-1.453152027 + (t * 1.061405429))))))));
        return polynomial * Math.Exp(-x * x);
    }
}
