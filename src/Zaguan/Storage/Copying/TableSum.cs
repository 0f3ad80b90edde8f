using System.Globalization;
using System.Runtime.InteropServices;

namespace Zaguan.Storage.Copying;

/// <summary>How many rows, and the sum of their hashes modulo 2^128: the same in whatever order they come, another where one differs, is missing, or is there twice.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TableSum(long Rows, UInt128 Hashes)
{
    public string Checksum => Hashes.ToString("x32", CultureInfo.InvariantCulture);

    public static TableSum Parse(long rows, string checksum) => new(rows, UInt128.Parse(checksum, NumberStyles.HexNumber, CultureInfo.InvariantCulture));

    public TableSum With(CopiedRow row) => new(Rows + 1, unchecked(Hashes + row.Hash()));
}
