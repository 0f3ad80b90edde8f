using System.Buffers.Binary;
using System.Text;

namespace Zaguan.Tests.Users.Import;

/// <summary>Messages of TDS in their packets ([MS-TDS] §2.2.3): kind, whether it is the last, length, and what nobody looks at.</summary>
internal static class TdsPacket
{
    public const byte Batch = 1;
    public const byte Answer = 4;
    public const byte Attention = 6;
    public const byte TransactionRequest = 14;
    public const byte Login = 16;
    public const byte Prelogin = 18;

    private const int HeaderLength = 8;

    /// <summary>As a server that was not asked for more.</summary>
    private const int Largest = 4_096 - HeaderLength;

    public static async Task<(byte Kind, byte[] Message)> ReadAsync(Stream wire)
    {
        using var message = new MemoryStream();
        var header = new byte[HeaderLength];
        do
        {
            await wire.ReadExactlyAsync(header);
            var part = new byte[LengthIn(header)];
            await wire.ReadExactlyAsync(part);
            message.Write(part);
        }
        while ((header[1] & 1) == 0);

        return (header[0], message.ToArray());
    }

    /// <returns>How many bytes follow it.</returns>
    public static async Task<int> ReadHeaderAsync(Stream wire)
    {
        var header = new byte[HeaderLength];
        await wire.ReadExactlyAsync(header);
        return LengthIn(header);
    }

    public static async Task WriteAsync(Stream wire, byte kind, byte[] message)
    {
        for (var at = 0; at == 0 || at < message.Length; at += Largest)
        {
            var part = message.AsMemory(at, int.Min(Largest, message.Length - at));
            var header = new byte[HeaderLength];
            header[0] = kind;
            header[1] = at + part.Length == message.Length ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), (ushort)(HeaderLength + part.Length));
            await wire.WriteAsync((byte[])[.. header, .. part.Span]);
        }
    }

    /// <summary>§2.2.5.3: batches and transaction requests begin with headers, and those with their length.</summary>
    public static byte[] WithoutHeaders(byte[] message) => message[BinaryPrimitives.ReadInt32LittleEndian(message)..];

    /// <summary>§2.2.6.4: places and lengths of texts, and a password of which each byte was turned and its bits changed.</summary>
    public static (string User, string Password) ReadLogin(byte[] message)
    {
        var password = Part(message, 44);
        foreach (ref var b in password.AsSpan())
        {
            b ^= 0xA5;
            b = (byte)(b << 4 | b >> 4);
        }

        return (Encoding.Unicode.GetString(Part(message, 40)), Encoding.Unicode.GetString(password));
    }

    private static byte[] Part(byte[] message, int at) =>
        message.AsSpan(BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at)), 2 * BinaryPrimitives.ReadUInt16LittleEndian(message.AsSpan(at + 2))).ToArray();

    private static int LengthIn(byte[] header) => BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2)) - HeaderLength;
}
