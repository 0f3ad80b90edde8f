using Zaguan.Reading;

namespace Zaguan.Storage.Copying;

/// <summary>Counts rows: says now and then how far the work is, and stops where it is interrupted.</summary>
/// <param name="tell">Is told now and then.</param>
internal sealed class Pace(Action<RowProgress> tell, CancellationToken interrupted)
{
    /// <summary>Rows between two words: some hundredths of a second.</summary>
    private const int Interval = 4_096;

    private long rows;
    private long expected;

    /// <summary>How many rows there will be in all. Whoever says it first knows the most.</summary>
    public void Expect(long all) => expected = expected > 0 ? expected : all;

    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public void Advance()
    {
        if (++rows % Interval == 0)
        {
            Look();
        }
    }

    public void Look()
    {
        interrupted.ThrowIfCancellationRequested();
        tell(new(rows, expected > 0 ? Math.Min(1, (double)rows / expected) : null));
    }
}
