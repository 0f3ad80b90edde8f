namespace Zaguan.Reading;

/// <summary>How far a work on many rows is.</summary>
/// <param name="Position">From 0 to 1; null where that is not known.</param>
internal sealed record RowProgress(long Rows, double? Position);
