using Zaguan.Passwords;

namespace Zaguan.Users.Import;

/// <summary>What somebody should know of rows that came in.</summary>
internal enum ImportNotice
{
    /// <summary>A quote holds line ends: an address of three lines, or the next two users.</summary>
    GoesOverLines,

    /// <summary>"MuÃ±oz", "Mu?oz": the file was read, or once written, in other letters than its own.</summary>
    HasStrangeLetters,

    /// <summary>A password as it was typed, with a blank at its end.</summary>
    EndsInBlank,
}

/// <summary>What an import found and did.</summary>
internal sealed class ImportReport
{
    private const int RefusalsKept = 10;

    /// <summary>A file can be made to have a cost of its own in every row.</summary>
    private const int MostFormats = 50;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Format, PasswordTreatment Treatment), long> found = [];
    private readonly List<RefusedRow> firstRefused = [];
    private readonly SortedDictionary<ImportNotice, (long Rows, long FirstLine)> notices = [];

    public required string Format { get; init; }

    /// <summary>Called for every refused row, in turn.</summary>
    public Action<RefusedRow> OnRefused { get; init; } = _ => { };

    public long Rows { get; set; }

    public long Added { get; set; }

    public long AlreadyThere { get; set; }

    public long Refused { get; private set; }

    /// <summary>Lines that stand inside refused rows, because of a quote: how many users they were, nobody knows.</summary>
    public long LinesInRefused { get; private set; }

    /// <summary>In how many rows, and the line of the first.</summary>
    public IReadOnlyDictionary<ImportNotice, (long Rows, long FirstLine)> Notices => notices;

    public long WithoutPassword { get; private set; }

    public IReadOnlyList<(string Column, ImportTarget? Target)> Columns { get; set; } = [];

    public IReadOnlyList<string> RolesMade { get; set; } = [];

    public TimeSpan Took { get; set; }

    /// <summary>Of a dry run: how long the import would take here.</summary>
    public TimeSpan? Estimate { get; set; }

    public bool WasInterrupted { get; set; }

    /// <summary>Formats with their costs, what becomes of them, and how many passwords of new users are of each: the most first.</summary>
    public IEnumerable<(string Format, PasswordTreatment Treatment, long Count)> Found => found.Select(f => (f.Key.Format, f.Key.Treatment, f.Value)).OrderByDescending(f => f.Value).ThenBy(f => f.Format, StringComparer.Ordinal);

    public IReadOnlyList<RefusedRow> FirstRefused => firstRefused;

    public long Treated(PasswordTreatment treatment) => found.Where(f => f.Key.Treatment == treatment).Sum(f => f.Value);

    public double RowsPerSecond => Took > TimeSpan.Zero ? Rows / Took.TotalSeconds : 0;

    public void Refuse(RefusedRow row)
    {
        lock (gate)
        {
            Refused++;
            LinesInRefused += row.Lines - 1;
            if (firstRefused.Count < RefusalsKept)
            {
                firstRefused.Add(row);
            }

            OnRefused(row);
        }
    }

    public void Notice(ImportNotice notice, long line)
    {
        var (rows, first) = notices.GetValueOrDefault(notice, (0, line));
        notices[notice] = (rows + 1, first);
    }

    public void CountPassword(ImportedPassword? password)
    {
        if (password is null)
        {
            WithoutPassword++;
            return;
        }

        var key = (password.Found, password.Treatment);
        key = found.ContainsKey(key) || found.Count < MostFormats ? key : ("others", password.Treatment);
        found[key] = found.GetValueOrDefault(key) + 1;
    }
}
