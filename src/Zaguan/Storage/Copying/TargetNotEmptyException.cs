using System.Globalization;

namespace Zaguan.Storage.Copying;

/// <summary>The database that was to be filled holds something already, and keeps it.</summary>
internal sealed class TargetNotEmptyException(string name, IEnumerable<(string Table, long Rows)> held)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{name} is not empty ({string.Join(", ", held.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Table}: {h.Rows:N0}")))}). Nothing was changed."));
