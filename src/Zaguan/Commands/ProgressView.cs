using System.Globalization;
using Spectre.Console;
using Zaguan.Reading;

namespace Zaguan.Commands;

/// <summary>How far a work on many rows is: a bar at a terminal, a line now and then elsewhere.</summary>
internal static class ProgressView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <param name="isQuiet">The output is one document for a program.</param>
    public static Task ShowAsync(Terminal terminal, bool isQuiet, Func<Action<RowProgress>, Task> work) =>
        terminal.OutputIsTerminal && !isQuiet ? ShowBarAsync(terminal, work) : ShowLinesAsync(terminal, work);

    private static Task ShowBarAsync(Terminal terminal, Func<Action<RowProgress>, Task> work)
    {
        var began = terminal.Clock.GetTimestamp();
        var pen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Output) });
        return pen.Progress().AutoClear(enabled: true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).StartAsync(context =>
        {
            var task = context.AddTask("Reading", maxValue: 1);
            return work(progress =>
            {
                task.IsIndeterminate = progress.Position is null;
                task.Value = progress.Position ?? 0;
                task.Description = string.Create(CultureInfo.InvariantCulture, $"{progress.Rows:N0} rows, {Rate(progress.Rows, terminal.Clock.GetElapsedTime(began)):N0}/s");
            });
        });
    }

    private static Task ShowLinesAsync(Terminal terminal, Func<Action<RowProgress>, Task> work)
    {
        var began = terminal.Clock.GetTimestamp();
        var (last, rowsAtLast, positionAtLast) = (began, 0L, 0.0);
        return work(progress =>
        {
            var since = terminal.Clock.GetElapsedTime(last);
            if (since < Interval)
            {
                return;
            }

            // What was there already went by faster, so the rate of now counts.
            var rate = Rate(progress.Rows - rowsAtLast, since);
            var left = progress.Position is { } position && position > positionAtLast ? since * ((1 - position) / (position - positionAtLast)) : (TimeSpan?)null;
            terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{progress.Rows:N0} rows, {rate:N0} a second{(left is null ? "" : $", {progress.Position:P0}, about {InWords(left.Value)} left")}"));
            (last, rowsAtLast, positionAtLast) = (terminal.Clock.GetTimestamp(), progress.Rows, progress.Position ?? 0);
        });
    }

    public static string InWords(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.0} h"),
    };

    private static double Rate(long rows, TimeSpan time) => time > TimeSpan.Zero ? rows / time.TotalSeconds : 0;
}
