namespace Zaguan.Benchmarks.Statistics;

/// <summary>What a list of measurements comes to.</summary>
internal static class Sample
{
    public static double Median(IReadOnlyCollection<double> values) => Quantile(values, 0.5);

    /// <summary>Between two measurements, in proportion.</summary>
    public static double Quantile(IReadOnlyCollection<double> values, double fraction) => OfSorted([.. values.Order()], fraction);

    /// <summary>
    /// Where the difference of the medians lies with <paramref name="confidence"/>: both samples are drawn again from
    /// themselves, many times, and the middle of what comes out is kept (percentile bootstrap, Efron 1979).
    /// </summary>
    public static (double From, double To) DifferenceOfMedians(double[] a, double[] b, double confidence, Dice dice)
    {
        const int Draws = 2_000;
        var differences = new double[Draws];
        for (var i = 0; i < Draws; i++)
        {
            differences[i] = MedianOfDraw(a, dice) - MedianOfDraw(b, dice);
        }

        Array.Sort(differences);
        return (OfSorted(differences, (1 - confidence) / 2), OfSorted(differences, (1 + confidence) / 2));
    }

    private static double MedianOfDraw(double[] values, Dice dice)
    {
        var drawn = new double[values.Length];
        for (var i = 0; i < drawn.Length; i++)
        {
            drawn[i] = values[dice.Below(values.Length)];
        }

        Array.Sort(drawn);
        return OfSorted(drawn, 0.5);
    }

    private static double OfSorted(double[] sorted, double fraction)
    {
        var place = fraction * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
