using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Zaguan.Contracts;
using Zaguan.Login;

namespace Zaguan.Sources;

/// <summary>The body of a login request on its way to an old system. It is written once, straight into the connection, and wiped.</summary>
internal sealed class OutgoingLogin : HttpContent
{
    private readonly PinnedBuffer body;

    private OutgoingLogin(PinnedBuffer body) => this.body = body;

    /// <summary>From here on the old system may have verified it.</summary>
    public bool WasSent { get; private set; }

    /// <summary>As a client of the contract writes it.</summary>
    public static OutgoingLogin Rendered(Contract contract, string identifier, Secret password, IReadOnlyList<Value>? fields)
    {
        var writer = contract.Decoder.Writer;
        // It never grows.
        var rendered = new PinnedBuffer(writer.LongestBody(identifier, password.Length, fields));
        writer.Write(rendered, identifier, password.Reveal(), directory: null, fields);
        var type = new MediaTypeHeaderValue(writer.ContentType!);
        if (type.MediaType is "application/json")
        {
            type.CharSet = "utf-8";
        }

        return new(rendered) { Headers = { ContentType = type } };
    }

    /// <summary>Byte for byte as the client sent it.</summary>
    public static OutgoingLogin AsItCame(Secret received)
    {
        var copy = new PinnedBuffer(Math.Max(1, received.Length));
        copy.Write(received.Reveal());
        return new(copy);
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        if (WasSent)
        {
            throw new IOException("One charge buys one guess.");
        }

        WasSent = true;
        await stream.WriteAsync(body.Written);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Written.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        body.Clear();
        base.Dispose(disposing);
    }

    /// <summary>Pinned, so that the collector leaves no copies behind when it moves things.</summary>
    private sealed class PinnedBuffer(int capacity) : IBufferWriter<byte>
    {
        private readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(capacity, pinned: true);
        private int written;

        public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, written);

        public void Advance(int count) => written += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => bytes.AsMemory(written);

        public Span<byte> GetSpan(int sizeHint = 0) => bytes.AsSpan(written);

        public void Clear() => CryptographicOperations.ZeroMemory(bytes);
    }
}
