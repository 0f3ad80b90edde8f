using Zaguan.Passwords;
using Zaguan.Users.Import;

namespace Zaguan.Admin.ImportPages;

internal enum ImportPhase
{
    /// <summary>A file is there; what its columns are is being asked.</summary>
    Uploaded,

    /// <summary>A dry run is under way.</summary>
    Trying,

    /// <summary>A dry run has ended: it can begin.</summary>
    Tried,

    Importing,

    /// <summary>By an administrator. What was written stays.</summary>
    Stopped,

    /// <summary>By the end of the server. What was written stays.</summary>
    Interrupted,

    /// <summary>The file could not be read to its end, or the database did not answer. What was written stays.</summary>
    Failed,

    Done,
}

/// <summary>The import of this server: what a file beside the uploaded one says, so that it outlives the server.</summary>
/// <param name="FileName">What it is called where it comes from.</param>
/// <param name="Encoding">One of <see cref="ImportEncoding.Known"/>; null: what the file says.</param>
/// <param name="ChangedAt">Unix milliseconds.</param>
/// <param name="UploadedAt">Unix milliseconds.</param>
internal sealed record ImportRecord(ImportPhase Phase, string FileName, string Who, string? Encoding, long UploadedAt, long ChangedAt = 0)
{
    /// <summary>Drawn by chance, and anew at every change: what a form says is meant for what its page showed, and for nothing else.</summary>
    public required string Stamp { get; init; }

    public required ImportSample Sample { get; init; }

    /// <summary>Null: nobody has said yet what is what.</summary>
    public ImportPlan? Plan { get; init; }

    /// <summary>What the last run that ended found and did; of a dry run while there was no other.</summary>
    public ImportOutcome? Outcome { get; init; }

    /// <summary>Why it failed, in English.</summary>
    public string? Problem { get; init; }

    /// <summary>As it stays when it is over: nobody asks any more what the columns are.</summary>
    public ImportRecord WithoutRows() => this with { Sample = Sample with { Rows = [] } };

    public bool IsUnderWay => Phase is ImportPhase.Trying or ImportPhase.Importing;
}

/// <summary>The first rows of a file. Values are shown, and kept, of columns whose name says that no secret stands there: what "acceso" or "pw" holds, nobody knows.</summary>
internal sealed record ImportSample(string Format, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    private const int MostRows = 5;

    /// <summary>A form has so many, and a table of users hardly more.</summary>
    public const int MostColumns = 200;

    /// <summary>Stands for a value that is not shown.</summary>
    public const string Hidden = "•••";

    private const int MostShown = 40;

    /// <summary>Letters in one piece, as a hash has them and hardly a name.</summary>
    private const int LongestWord = 24;

    /// <exception cref="ImportSourceException">It is none that can be read.</exception>
    public static async Task<ImportSample> OfAsync(ImportSource source)
    {
        var read = new List<ImportRow>();
        await foreach (var row in source.Rows)
        {
            read.Add(row);
            if (read.Count == MostRows)
            {
                break;
            }
        }

        var columns = read.SelectMany(r => r.Fields).Select(f => f.Name).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        if (columns.Count is 0 or > MostColumns)
        {
            throw new ImportSourceException(columns.Count == 0
                ? $"There is nobody to import: what was read as {source.Format} has no row that could be read. Its first line names the columns, with commas, semicolons, tabs or bars between them."
                : $"The file has {columns.Count} columns; the console takes {MostColumns}. Import it with zaguan import.");
        }

        return new(source.Format, columns, [.. read.Select(r => columns.ConvertAll(c => Shown(r.Fields.FirstOrDefault(f => string.Equals(f.Name, c, StringComparison.OrdinalIgnoreCase)), c)))]);
    }

    private static string Shown(ImportField field, string column) => field.Text is not { Length: > 0 } text ? ""
        : ColumnNames.IsSecretive(column) || ColumnNames.Meaning(column)?.Target is null or ImportTarget.Password or ImportTarget.Salt or ImportTarget.Attributes or ImportTarget.Ignored ? Hidden
        : text.Split(' ').Any(w => w.Length > LongestWord && !w.Contains('@', StringComparison.Ordinal)) ? $"{text[..4]}…"
        : text.Length > MostShown ? $"{text[..MostShown]}…" : text;
}

/// <summary>What an administrator said of a file.</summary>
/// <param name="Realm">Null: a column says it.</param>
/// <param name="Targets">For each column of the sample.</param>
/// <param name="PasswordFormat">Null: what each password is, its own text says.</param>
internal sealed record ImportPlan(string? Realm, IReadOnlyList<ColumnUse> Targets, string? PasswordFormat, bool WithoutPasswords, bool NoPasswordWhereEmpty)
{
    /// <summary>What the names of the columns say. Of several that say the same, the likeliest.</summary>
    public static ImportPlan Guess(ImportSample sample, IReadOnlyList<string> realms)
    {
        var meant = sample.Columns.Select(c => (Column: c, Meaning: ColumnNames.Meaning(c))).ToList();
        return new(
            realms.Count == 1 ? realms[0] : null,
            [.. meant.Select(m => new ColumnUse(m.Column, m.Meaning is { } meaning && !meant.Any(o => o.Meaning?.Target == meaning.Target && o.Meaning.Value.Rank < meaning.Rank) ? meaning.Target : ImportTarget.Ignored))],
            PasswordFormat: null,
            WithoutPasswords: false,
            NoPasswordWhereEmpty: false);
    }

    /// <summary>As the import of the command line is told it. What a column's name says already is left to it: a salt that is told weighs more than one that is only called so.</summary>
    public ImportOptions Options(Argon2.Argon2Cost cost, bool isDryRun) => new()
    {
        Realm = Realm,
        Map = [.. Targets.Where(t => t.Target is { } target && target != ColumnNames.Meaning(t.Column)?.Target).Select(t => (t.Target!.Value, t.Column))],
        PasswordFormat = PasswordFormat,
        WithoutPasswords = WithoutPasswords,
        NoPasswordWhereEmpty = NoPasswordWhereEmpty,
        KeepsAttributes = Targets.Any(t => t.Target is null),
        Cost = cost,
        IsDryRun = isDryRun,
    };
}

/// <param name="Target">Null: it is kept as an attribute.</param>
internal sealed record ColumnUse(string Column, ImportTarget? Target)
{
    /// <summary>Columns whose name means something else, or whose content may be a secret, never are.</summary>
    public static bool MayBeAttribute(string column) => ColumnNames.Meaning(column) is null && !ColumnNames.IsSecretive(column);
}

/// <summary>What of <see cref="ImportReport"/> is kept and shown.</summary>
internal sealed record ImportOutcome(bool IsDryRun, long Rows, long Added, long AlreadyThere, long Refused, long LinesInRefused, long WithoutPassword)
{
    public IReadOnlyList<FoundPasswords> Found { get; init; } = [];

    public IReadOnlyList<FirstRefused> FirstRefused { get; init; } = [];

    public IReadOnlyList<NoticedRows> Notices { get; init; } = [];

    public IReadOnlyList<string> RolesMade { get; init; } = [];

    /// <summary>Of a dry run: how long the import would take.</summary>
    public double? EstimatedSeconds { get; init; }

    public static ImportOutcome Of(ImportReport report, bool isDryRun) => new(isDryRun, report.Rows, report.Added, report.AlreadyThere, report.Refused, report.LinesInRefused, report.WithoutPassword)
    {
        Found = [.. report.Found.Select(f => new FoundPasswords(f.Format, f.Treatment, f.Count))],
        FirstRefused = [.. report.FirstRefused.Select(r => new FirstRefused(r.Line, r.Reason))],
        Notices = [.. report.Notices.Select(n => new NoticedRows(n.Key, n.Value.Rows, n.Value.FirstLine))],
        RolesMade = [.. report.RolesMade.Take(100)],
        EstimatedSeconds = report.Estimate?.TotalSeconds,
    };
}

internal sealed record FoundPasswords(string Format, PasswordTreatment Treatment, long Count);

internal sealed record FirstRefused(long Line, string Reason);

internal sealed record NoticedRows(ImportNotice Notice, long Rows, long FirstLine);
