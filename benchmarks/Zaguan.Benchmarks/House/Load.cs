using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Zaguan.Benchmarks.House;

/// <summary>
/// Kept-alive connections, each with one request under way, all on one thread that asks the kernel who has an answer: what the load costs is measured with
/// what the server costs, so it is little, and the same for every server. Linux and macOS.
/// </summary>
internal sealed partial class Load : IDisposable
{
    private const int LongestAnswer = 16 * 1024;

    /// <summary>POLLIN.</summary>
    private const short Readable = 1;

    private readonly List<Connection> connections;
    private readonly PollEntry[] entries;

    /// <param name="requests">One for each connection.</param>
    public Load(IPEndPoint server, IEnumerable<byte[]> requests)
    {
        connections = [.. requests.Select(r => new Connection(server, r))];
        entries = [.. connections.Select(c => new PollEntry { Descriptor = (int)c.Socket.Handle, Wanted = Readable })];
    }

    /// <summary>How long each answer took, of the last run.</summary>
    public List<double> Milliseconds { get; } = [];

    /// <summary>The body of the first connection's last answer.</summary>
    public string LastBody => connections[0].Body;

    public static byte[] Request(string path, string token) =>
        Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)\r\nAccept: application/json\r\nAuthorization: Bearer {token}\r\n\r\n");

    public (double PerSecond, int Answers) Run(TimeSpan time, int atMost = int.MaxValue)
    {
        Milliseconds.Clear();
        connections.ForEach(c => c.Send());
        var began = Stopwatch.GetTimestamp();
        var (answers, underWay) = (0, connections.Count);
        while (underWay > 0)
        {
            if (Poll(entries, (nuint)entries.Length, timeout: 30_000) <= 0)
            {
                throw new BenchmarkFailedException("No answer for 30 seconds.");
            }

            var isOver = Stopwatch.GetElapsedTime(began) >= time || answers >= atMost;
            for (var i = 0; i < entries.Length; i++)
            {
                if (entries[i].Found == 0 || !connections[i].Receive())
                {
                    continue;
                }

                answers++;
                Milliseconds.Add(connections[i].Took.TotalMilliseconds);
                if (isOver)
                {
                    underWay--;
                }
                else
                {
                    connections[i].Send();
                }
            }
        }

        return (answers / Stopwatch.GetElapsedTime(began).TotalSeconds, answers);
    }

    public void Dispose() => connections.ForEach(c => c.Socket.Dispose());

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll([In, Out] PollEntry[] entries, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }

    private sealed class Connection
    {
        private readonly byte[] answer = new byte[LongestAnswer];
        private readonly byte[] request;
        private int length;
        private long sent;

        public Connection(IPEndPoint server, byte[] request)
        {
            this.request = request;
            Socket.Connect(server);
        }

        public Socket Socket { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public string Body
        {
            get
            {
                var text = Encoding.UTF8.GetString(answer, 0, length);
                return text[text.IndexOf('{', StringComparison.Ordinal)..(text.LastIndexOf('}') + 1)];
            }
        }

        /// <summary>From the request to the last answer.</summary>
        public TimeSpan Took => Stopwatch.GetElapsedTime(sent);

        public void Send()
        {
            length = 0;
            sent = Stopwatch.GetTimestamp();
            Socket.Send(request);
        }

        /// <summary>True: the answer is whole.</summary>
        public bool Receive()
        {
            var received = length < LongestAnswer ? Socket.Receive(answer.AsSpan(length)) : 0;
            if (received == 0)
            {
                throw new BenchmarkFailedException($"The server hung up, or its answer is longer than {LongestAnswer}:\n{Encoding.UTF8.GetString(answer, 0, length)}");
            }

            length += received;
            var text = answer.AsSpan(0, length);
            if (!IsWhole(text))
            {
                return false;
            }

            return text.StartsWith("HTTP/1.1 200 "u8) ? true : throw new BenchmarkFailedException($"Not 200:\n{Encoding.UTF8.GetString(text)}");
        }

        private static bool IsWhole(ReadOnlySpan<byte> text)
        {
            var headers = text.IndexOf("\r\n\r\n"u8);
            if (headers < 0)
            {
                return false;
            }

            var field = text[..headers].IndexOf("Content-Length: "u8);
            if (field < 0)
            {
                // In chunks, of which the last is empty.
                return text.EndsWith("\r\n0\r\n\r\n"u8);
            }

            var digits = text[(field + "Content-Length: ".Length)..];
            return text.Length >= headers + 4 + int.Parse(digits[..digits.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture);
        }
    }
}
