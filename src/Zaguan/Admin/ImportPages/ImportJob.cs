using Zaguan.Users.Import;

namespace Zaguan.Admin.ImportPages;

/// <param name="Position">Of the file, from 0 to 1; null where that is not known.</param>
internal sealed record ImportProgress(long Rows, long Added, long Refused, double? Position);

/// <summary>A run that is under way.</summary>
internal sealed class ImportJob : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private ImportProgress progress = new(0, 0, 0, null);

    public ImportProgress Progress
    {
        get => Volatile.Read(ref progress);
        set => Volatile.Write(ref progress, value);
    }

    public ImportReport? Report { get; set; }

    public CancellationToken Stopped => stopping.Token;

    public bool IsStoppedByAdministrator { get; private set; }

    public Task Work { get; private set; } = Task.CompletedTask;

    public void Run(Func<Task> begin) => Work = Task.Run(begin);

    public Task StopAsync(bool byAdministrator)
    {
        IsStoppedByAdministrator |= byAdministrator;
        return stopping.CancelAsync();
    }

    public void Dispose() => stopping.Dispose();
}
