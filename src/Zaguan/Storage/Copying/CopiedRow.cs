using System.Buffers;
using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using System.Text;

namespace Zaguan.Storage.Copying;

/// <summary>One row on its way, the same object for all of a table: what is read into it stays until the next is read.</summary>
internal sealed class CopiedRow(CopiedTable table)
{
    private const byte NullMark = 0;
    private const byte NumberMark = 1;
    private const byte TextMark = 2;

    private readonly bool[] nulls = new bool[table.Columns.Count];
    private readonly long[] numbers = new long[table.Columns.Count];
    private readonly string[] texts = new string[table.Columns.Count];
    private readonly ArrayBufferWriter<byte> encoded = new(1_024);

    public CopiedTable Table => table;

    public bool IsNull(int column) => nulls[column];

    public long Number(int column) => numbers[column];

    public bool Truth(int column) => numbers[column] != 0;

    public string Text(int column) => texts[column];

    public void Read(DbDataReader reader)
    {
        for (var i = 0; i < nulls.Length; i++)
        {
            nulls[i] = reader.IsDBNull(i);
            if (nulls[i])
            {
                continue;
            }

            switch (table.Columns[i].Kind)
            {
                case ColumnKind.Number:
                    numbers[i] = reader.GetInt64(i);
                    break;
                case ColumnKind.SmallNumber:
                    numbers[i] = reader.GetInt32(i);
                    break;
                case ColumnKind.Truth:
                    numbers[i] = reader.GetBoolean(i) ? 1 : 0;
                    break;
                case ColumnKind.Text:
                    texts[i] = reader.GetString(i);
                    break;
            }
        }
    }

    /// <summary>The first half of the SHA-256 of the row, written in one way only: for each value a mark of its kind, a number in eight bytes, a text behind its length.</summary>
    public UInt128 Hash()
    {
        encoded.ResetWrittenCount();
        for (var i = 0; i < nulls.Length; i++)
        {
            if (nulls[i])
            {
                Write(NullMark);
            }
            else if (table.Columns[i].Kind == ColumnKind.Text)
            {
                Write(TextMark);
                Write(Encoding.UTF8.GetByteCount(texts[i]));
                Encoding.UTF8.GetBytes(texts[i], encoded);
            }
            else
            {
                Write(NumberMark);
                Write(numbers[i]);
            }
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(encoded.WrittenSpan, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    private void Write(byte mark)
    {
        encoded.GetSpan(1)[0] = mark;
        encoded.Advance(1);
    }

    private void Write(long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(encoded.GetSpan(sizeof(long)), number);
        encoded.Advance(sizeof(long));
    }
}
