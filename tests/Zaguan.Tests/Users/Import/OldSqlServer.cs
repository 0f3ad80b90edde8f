using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Zaguan.Tests.Users.Import;

/// <summary>
/// A server that speaks as much of TDS 7.4 ([MS-TDS]) as one import needs, on a free port: no SQL Server can be had where these tests run. It is written from the document and
/// shares nothing with the driver.
/// </summary>
internal sealed class OldSqlServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> open = [];
    private readonly ConcurrentBag<Task> conversations = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;

    public OldSqlServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Null: it can do no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Of everybody.</summary>
    public string Password { get; init; } = "muysecreta";

    /// <summary>To every query.</summary>
    public TdsAnswer Answer { get; init; } = new();

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>What it was asked: "login NAME", the queries, "begin", "commit", "rollback", "cancel".</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await accepting;
        listener.Stop();
        foreach (var client in open)
        {
            client.Dispose();
        }

        await Task.WhenAll(conversations);
        stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                open.Add(client);
                conversations.Add(ConverseAsync(client));
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ConverseAsync(TcpClient client)
    {
        try
        {
            await ConverseAsync(client.GetStream());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or AuthenticationException)
        {
            // The client is gone, or wanted no more of this server.
        }
        finally
        {
            client.Dispose();
        }
    }

    private async Task ConverseAsync(Stream wire)
    {
        // §2.2.6.5: the version, and whether what follows is encrypted (1) or cannot be (2).
        await TdsPacket.ReadAsync(wire);
        await TdsPacket.WriteAsync(wire, TdsPacket.Answer, [0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xFF, 16, 0, 0, 0, 0, 0, Certificate is null ? (byte)2 : (byte)1]);
        var envelope = new HandshakeInPackets(wire);
        if (Certificate is not null)
        {
            // With TLS 1.3 tickets would follow the handshake, and it would have no end that both sides know.
            var encrypted = new SslStream(envelope);
            await encrypted.AuthenticateAsServerAsync(Certificate, clientCertificateRequired: false, SslProtocols.Tls12, checkCertificateRevocation: false);
            envelope.IsOver = true;
            wire = encrypted;
        }

        for (var isWelcome = true; isWelcome;)
        {
            var (kind, message) = await TdsPacket.ReadAsync(wire);
            (var answer, isWelcome) = AnswerTo(kind, message);
            await TdsPacket.WriteAsync(wire, TdsPacket.Answer, answer);
        }
    }

    private (byte[] Answer, bool GoesOn) AnswerTo(byte kind, byte[] message)
    {
        switch (kind)
        {
            case TdsPacket.Login:
                var (user, password) = TdsPacket.ReadLogin(message);
                Asked.Enqueue($"login {user}");
                return string.Equals(password, Password, StringComparison.Ordinal)
                    ? ([.. TdsTokens.LoginAcknowledged(), .. TdsTokens.Done()], true)
                    : ([.. TdsTokens.Error(18456, $"Login failed for user '{user}'."), .. TdsTokens.Done(isError: true)], false);
            case TdsPacket.Batch:
                Asked.Enqueue(Encoding.Unicode.GetString(TdsPacket.WithoutHeaders(message)));
                return (Answer.Tokens(), !Answer.HangsUp);
            case TdsPacket.TransactionRequest:
                var request = BinaryPrimitives.ReadUInt16LittleEndian(TdsPacket.WithoutHeaders(message));
                Asked.Enqueue(request switch { 5 => "begin", 7 => "commit", 8 => "rollback", _ => $"transaction request {request}" });
                return ([.. request is 5 ? TdsTokens.TransactionBegun() : TdsTokens.TransactionEnded(isCommitted: request is 7), .. TdsTokens.Done()], true);
            case TdsPacket.Attention:
                Asked.Enqueue("cancel");
                return (TdsTokens.Done(isAttention: true), true);
            default:
                throw new IOException($"A packet of kind {kind} is not understood.");
        }
    }

    /// <summary>§3.2.5.2: while it shakes hands, TLS travels in packets of the kind that came before it.</summary>
    private sealed class HandshakeInPackets(Stream wire) : Stream
    {
        private int left;

        public bool IsOver { get; set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (IsOver)
            {
                return await wire.ReadAsync(buffer, cancellationToken);
            }

            if (left == 0)
            {
                left = await TdsPacket.ReadHeaderAsync(wire);
            }

            var read = await wire.ReadAsync(buffer[..int.Min(left, buffer.Length)], cancellationToken);
            left -= read;
            return read;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            IsOver ? wire.WriteAsync(buffer, cancellationToken) : new(TdsPacket.WriteAsync(wire, TdsPacket.Prelogin, buffer.ToArray()));

        public override Task FlushAsync(CancellationToken cancellationToken) => wire.FlushAsync(cancellationToken);

        public override void Flush() => wire.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
