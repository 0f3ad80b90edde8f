using System.Buffers.Binary;
using System.Text;

namespace Zaguan.Tests.Users.Import;

/// <summary>What a SQL Server answers a query with: rows, and perhaps an error behind them.</summary>
internal sealed class TdsAnswer
{
    public IReadOnlyList<(string Name, TdsType Type)> Columns { get; init; } = [];

    public IReadOnlyList<object?[]> Rows { get; init; } = [];

    public (int Number, string Message)? Error { get; init; }

    /// <summary>Behind the rows it says nothing more.</summary>
    public bool HangsUp { get; init; }

    public byte[] Tokens()
    {
        var rows = Columns.Count == 0 ? [] : TdsTokens.Columns(Columns).Concat(Rows.SelectMany(r => TdsTokens.Row(Columns, r)));
        var error = Error is { } e ? TdsTokens.Error(e.Number, e.Message) : [];
        return [.. rows, .. error, .. HangsUp ? [] : TdsTokens.Done(isError: Error is not null)];
    }
}

internal enum TdsType
{
    Nvarchar,
    NvarcharMax,
    Varbinary,
    Int,
    Bit,
    DateTime2,
    DateTimeOffset,
}

/// <summary>The tokens of [MS-TDS] §2.2.7 that one query needs, and the types of §2.2.5.4 that a table of users has.</summary>
internal static class TdsTokens
{
    private const long TicksOfDay = TimeSpan.TicksPerDay;

    private static readonly byte[] Collation = [0x0A, 0x0C, 0xD0, 0x00, 0x34];

    private static readonly byte[] Transaction = [1, 2, 3, 4, 5, 6, 7, 8];

    public static byte[] LoginAcknowledged() => WithLength(0xAD, [1, 0x74, 0, 0, 4, .. Short("Microsoft SQL Server"), 16, 0, 0, 0]);

    public static byte[] TransactionBegun() => WithLength(0xE3, [8, 8, .. Transaction, 0]);

    public static byte[] TransactionEnded(bool isCommitted) => WithLength(0xE3, [isCommitted ? (byte)9 : (byte)10, 0, 8, .. Transaction]);

    public static byte[] Error(int number, string message) => WithLength(0xAA, [.. Int32(number), 1, 14, .. Int16(message.Length), .. Encoding.Unicode.GetBytes(message), .. Short("db"), .. Short(""), .. Int32(1)]);

    public static byte[] Done(bool isError = false, bool isAttention = false) => [0xFD, .. Int16((isError ? 2 : 0) | (isAttention ? 0x20 : 0)), 0, 0, .. new byte[8]];

    public static byte[] Columns(IReadOnlyList<(string Name, TdsType Type)> columns) =>
        [0x81, .. Int16(columns.Count), .. columns.SelectMany(c => (byte[])[.. Int32(0), .. Int16(1), .. Description(c.Type), .. Short(c.Name)])];

    public static byte[] Row(IReadOnlyList<(string Name, TdsType Type)> columns, object?[] values) => [0xD1, .. columns.Zip(values).SelectMany(v => Value(v.First.Type, v.Second))];

    private static byte[] Description(TdsType type) => type switch
    {
        TdsType.Nvarchar => [0xE7, .. Int16(8_000), .. Collation],
        TdsType.NvarcharMax => [0xE7, 0xFF, 0xFF, .. Collation],
        TdsType.Varbinary => [0xA5, .. Int16(256)],
        TdsType.Int => [0x26, 4],
        TdsType.Bit => [0x68, 1],
        TdsType.DateTime2 => [0x2A, 7],
        TdsType.DateTimeOffset => [0x2B, 7],
    };

    private static byte[] Value(TdsType type, object? value) => (type, value) switch
    {
        (TdsType.NvarcharMax, null) => [.. Enumerable.Repeat((byte)0xFF, 8)],
        (TdsType.NvarcharMax, string text) => [.. Int64(2 * text.Length), .. Int32(2 * text.Length), .. Encoding.Unicode.GetBytes(text), .. Int32(0)],
        (TdsType.Nvarchar or TdsType.Varbinary, null) => [0xFF, 0xFF],
        (TdsType.Nvarchar, string text) => [.. Int16(2 * text.Length), .. Encoding.Unicode.GetBytes(text)],
        (TdsType.Varbinary, byte[] bytes) => [.. Int16(bytes.Length), .. bytes],
        (_, null) => [0],
        (TdsType.Int, int number) => [4, .. Int32(number)],
        (TdsType.Bit, bool flag) => [1, flag ? (byte)1 : (byte)0],
        (TdsType.DateTime2, DateTime instant) => [8, .. Instant(instant)],
        (TdsType.DateTimeOffset, DateTimeOffset instant) => [10, .. Instant(instant.UtcDateTime), .. Int16((int)instant.Offset.TotalMinutes)],
        _ => throw new ArgumentException($"{value} is no {type}.", nameof(value)),
    };

    /// <summary>Ticks of the day in five bytes, days since the year 1 in three.</summary>
    private static byte[] Instant(DateTime instant) => [.. Int64(instant.Ticks % TicksOfDay)[..5], .. Int32((int)(instant.Ticks / TicksOfDay))[..3]];

    private static byte[] WithLength(byte token, byte[] content) => [token, .. Int16(content.Length), .. content];

    private static byte[] Short(string text) => [(byte)text.Length, .. Encoding.Unicode.GetBytes(text)];

    private static byte[] Int16(int value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return bytes;
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int64(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
