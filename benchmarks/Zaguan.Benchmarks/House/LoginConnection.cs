using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Zaguan.Benchmarks.House;

/// <summary>
/// One kept-alive connection that logs in, one request at a time. A bare socket, because what the client costs is
/// measured with what the server costs: once made, it allocates nothing.
/// </summary>
internal sealed class LoginConnection : IDisposable
{
    /// <summary>No answer to a login is longer.</summary>
    private const int LongestAnswer = 16 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] answer = new byte[LongestAnswer];
    private int length;

    /// <param name="from">The client's own address; absent: the system chooses.</param>
    /// <param name="patience">How long to wait for an answer, before a SocketException says that there is none; a minute unless told.</param>
    public LoginConnection(IPEndPoint server, IPAddress? from = null, TimeSpan? patience = null)
    {
        socket.SendTimeout = socket.ReceiveTimeout = (int)(patience ?? Patience).TotalMilliseconds;
        if (from is not null)
        {
            socket.Bind(new IPEndPoint(from, 0));
        }

        socket.Connect(server);
    }

    /// <summary>A request, ready to be sent as often as one likes.</summary>
    public static byte[] Request(string name, string password, string path = BenchmarkHouse.Path) =>
        Post(path, $$"""{"usuario_login":"{{name}}","usuario_password":"{{password}}"}""");

    public static byte[] Post(string path, string body)
    {
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
    }

    /// <summary>Sends a request and reads its whole answer. Returns the status.</summary>
    public int Send(ReadOnlySpan<byte> request)
    {
        socket.Send(request);
        length = 0;
        var end = 0;
        while (end == 0 || length < end)
        {
            var received = length < LongestAnswer ? socket.Receive(answer.AsSpan(length)) : 0;
            if (received == 0)
            {
                throw new IOException($"The server hung up after {length} bytes of its answer, or the answer is longer than {LongestAnswer}.");
            }

            length += received;
            end = EndOfAnswer();
        }

        return Number(answer.AsSpan("HTTP/1.1 ".Length, 3));
    }

    /// <summary>The last answer, without the header that tells the time of day.</summary>
    public string AnswerText() =>
        string.Join("\r\n", Encoding.UTF8.GetString(answer, 0, length).Split("\r\n").Where(line => !line.StartsWith("Date:", StringComparison.OrdinalIgnoreCase)));

    /// <summary>The text behind a name in the last answer's JSON.</summary>
    public string Field(string name)
    {
        var text = Encoding.UTF8.GetString(answer, 0, length);
        var start = text.IndexOf($"\"{name}\":\"", StringComparison.Ordinal) + name.Length + 4;
        return text[start..text.IndexOf('"', start)];
    }

    public void Dispose() => socket.Dispose();

    /// <summary>0: not known yet.</summary>
    private int EndOfAnswer()
    {
        var received = answer.AsSpan(0, length);
        var headers = received.IndexOf("\r\n\r\n"u8);
        if (headers < 0)
        {
            return 0;
        }

        // Kestrel writes it so, and a login's answer always has it; the peer's come in chunks.
        var field = received[..headers].IndexOf("Content-Length: "u8);
        if (field < 0)
        {
            return received.EndsWith("\r\n0\r\n\r\n"u8) ? length : 0;
        }

        field += "Content-Length: ".Length;
        return headers + 4 + Number(received[field..(field + received[field..].IndexOf("\r\n"u8))]);
    }

    private static int Number(ReadOnlySpan<byte> digits) => int.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
}
