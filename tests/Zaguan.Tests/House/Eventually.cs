using System.Diagnostics;

namespace Zaguan.Tests.House;

/// <summary>Waits for something that can be seen.</summary>
internal static class Eventually
{
    /// <summary>Whatever takes longer will not happen, however busy the machine is.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static async Task BecomesTrueAsync(Func<Task<bool>> condition, string what, TimeSpan? patience = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(began) > (patience ?? Patience))
            {
                throw new TimeoutException($"This did not happen in time: {what}.");
            }

            await Task.Delay(20);
        }
    }

    public static Task BecomesTrueAsync(Func<bool> condition, string what, TimeSpan? patience = null) =>
        BecomesTrueAsync(() => Task.FromResult(condition()), what, patience);
}
