using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Zaguan.Login;

namespace Zaguan.Sources;

/// <summary>The body of a login request on its way to an old system. It is written once, straight into the connection, and wiped.</summary>
internal sealed class OutgoingLogin : HttpContent
{
    private readonly ArrayBufferWriter<byte> body;

    private OutgoingLogin(ArrayBufferWriter<byte> body) => this.body = body;

    /// <summary>From here on the old system may have verified it.</summary>
    public bool WasSent { get; private set; }

    /// <summary>As a client of the contract writes it.</summary>
    public static OutgoingLogin Rendered(Upstream upstream, string identifier, Secret password)
    {
        // Room for every letter escaped (\u0000), so that it never grows and leaves a copy behind.
        var rendered = new ArrayBufferWriter<byte>((6 * (identifier.Length + password.Length)) + 1024);
        upstream.Contract.Decoder.Write(rendered, identifier, password.Reveal());
        return new(rendered) { Headers = { ContentType = new MediaTypeHeaderValue("application/json", "utf-8") } };
    }

    /// <summary>Byte for byte as the client sent it.</summary>
    public static OutgoingLogin AsItCame(Secret received)
    {
        var copy = new ArrayBufferWriter<byte>(Math.Max(1, received.Length));
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
        await stream.WriteAsync(body.WrittenMemory);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.WrittenCount;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        body.Clear();
        base.Dispose(disposing);
    }
}
