using System.Data.Common;

namespace Zaguan.Users.Import;

/// <summary>Something that users are imported from: its rows, read once, one after the other.</summary>
internal sealed class ImportSource(string format, IAsyncEnumerable<ImportRow> rows) : IAsyncDisposable
{
    /// <summary>In words: "CSV with semicolons", "Keycloak realm".</summary>
    public string Format => format;

    public IAsyncEnumerable<ImportRow> Rows => rows;

    /// <summary>How much of it has been read, from 0 to 1; null where that is not known.</summary>
    public Func<double?> Position { get; init; } = () => null;

    public IReadOnlyList<IAsyncDisposable> Holds { get; init; } = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var held in Holds)
        {
            try
            {
                await held.DisposeAsync();
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                // A query that goes wrong behind the rows that were read, or a connection that is gone already, whose transaction cannot be ended: nobody wants those any more.
            }
        }
    }
}

/// <summary>What is imported from cannot be read, or not further: a sentence with the file, the line and what to do.</summary>
internal sealed class ImportSourceException(string sentence, Exception? inner = null) : Exception(sentence, inner);
