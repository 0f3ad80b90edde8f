using System.Globalization;
using Zaguan.Reading;

namespace Zaguan.Users.Import;

/// <summary>Columns by their names → what they are to a user.</summary>
internal sealed class RowMapping(ImportOptions options)
{
    private static readonly int Targets = Enum.GetValues<ImportTarget>().Length;

    private readonly Dictionary<string, (ImportTarget Target, int Rank)?> places = new(StringComparer.Ordinal);

    /// <summary>The columns in the order in which they were met; null: it means nothing.</summary>
    public IReadOnlyList<(string Column, ImportTarget? Target)> Columns => [.. places.Select(p => (p.Key, p.Value?.Target))];

    /// <summary>What stands in a row for each target, and the columns that mean nothing.</summary>
    public MappedRow Map(ImportRow row)
    {
        var fields = new ImportField?[Targets];
        var ranks = new int[Targets];
        var others = new List<ImportField>();
        foreach (var field in row.Fields)
        {
            if (PlaceOf(field.Name) is not var (target, rank))
            {
                others.Add(field);
            }
            else if (fields[(int)target] is null || rank < ranks[(int)target])
            {
                (fields[(int)target], ranks[(int)target]) = (field, rank);
            }
        }

        return new(row, fields, others);
    }

    /// <summary>What is missing in all of the rows that came first, as a sentence; null where nothing is.</summary>
    public string? Objection()
    {
        var columns = places.Keys.ToList();
        if (columns.TrueForAll(c => places[c] is null))
        {
            // Not told what they are called: a file without names of columns begins with somebody's password.
            return "No column has a name that is known. The file begins with the names of its columns, not with the first user; where it does, say what they are: --map username=COLUMN --map password=COLUMN";
        }

        if (options.Map.Select(m => m.Column).FirstOrDefault(c => !columns.Contains(c, StringComparer.OrdinalIgnoreCase)) is { } missing)
        {
            return $"There is no column \"{missing}\" (there are: {string.Join(", ", columns)}).{Nearest.Suggestion(missing, columns)}";
        }

        bool Has(ImportTarget target) => places.Values.Any(p => p?.Target == target);
        if (!Has(ImportTarget.Username) && !Has(ImportTarget.Email))
        {
            return $"No column is known to be the user name (there are: {string.Join(", ", columns)}). Say which: --map username=COLUMN";
        }

        if (!options.WithoutPasswords && !Has(ImportTarget.Password))
        {
            return $"No column is known to be the password (there are: {string.Join(", ", columns)}). Say which: --map password=COLUMN. Or say that nobody has one: --without-passwords";
        }

        return options.Realm is null && !Has(ImportTarget.Realm) ? "No column is the realm. Say which realm the users shall live in: --realm REALM" : null;
    }

    private (ImportTarget Target, int Rank)? PlaceOf(string column)
    {
        if (places.TryGetValue(column, out var known))
        {
            return known;
        }

        var place = Find(column);
        if (places.Count < ImportBounds.MostColumns)
        {
            places.Add(column, place);
        }

        return place;
    }

    private (ImportTarget Target, int Rank)? Find(string column)
    {
        foreach (var (target, told) in options.Map)
        {
            if (string.Equals(told, column, StringComparison.OrdinalIgnoreCase))
            {
                return (target, 0);
            }
        }

        return ColumnNames.Meaning(column) is { } meaning && !options.Map.Any(m => m.Target == meaning.Target) ? meaning : null;
    }
}

/// <summary>A row by what its columns are.</summary>
internal sealed class MappedRow(ImportRow row, ImportField?[] fields, IReadOnlyList<ImportField> others)
{
    private static readonly ImportTarget[] Told =
        [ImportTarget.Realm, ImportTarget.Username, ImportTarget.Number, ImportTarget.Id, ImportTarget.NumberOrId, ImportTarget.Email, ImportTarget.Phone, ImportTarget.GivenName, ImportTarget.FamilyName, ImportTarget.Role, ImportTarget.RoleNumber, ImportTarget.Active];

    public long Line => row.Line;

    /// <summary>Columns that mean nothing.</summary>
    public IReadOnlyList<ImportField> Others => others;

    public ImportField? this[ImportTarget target] => fields[(int)target];

    /// <summary>A text without the blanks around it; null where there is none. The apostrophe that keeps a spreadsheet from calculating is taken away.</summary>
    public string? Text(ImportTarget target)
    {
        var text = this[target]?.Text?.Trim();
        return string.IsNullOrEmpty(text) ? null : Spreadsheets.Unguard(text);
    }

    /// <summary>Over how many lines of the file the row goes.</summary>
    public int Lines => row.Lines;

    public RefusedRow Refuse(string reason) => new(Line, Lines > 1 ? $"{reason} The row goes on to line {Line + Lines - 1}, because of a quote: where that one is astray, nobody who stands in those lines was read." : reason, [.. Told.Where(t => this[t] is not null).Select(t => (t, this[t]!.Value.Text is { Length: > 256 } tooLong ? string.Create(CultureInfo.InvariantCulture, $"({tooLong.Length} characters)") : this[t]!.Value.Text))]) { Lines = Lines };
}
