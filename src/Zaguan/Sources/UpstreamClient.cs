using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using Polly;
using Polly.CircuitBreaker;
using Zaguan.Login;

namespace Zaguan.Sources;

/// <summary>
/// Sends one login request to an old system, once, and takes its reply, bounded in time and in size. A system that does not answer is not asked
/// for a while: then the answer is "could not ask" at once.
/// </summary>
internal sealed class UpstreamClient : IDisposable
{
    /// <summary>Of a reply. What the four contracts answer is a hundredth of it.</summary>
    public const int LargestReply = 64 * 1024;

    /// <summary>Questions at one time: an old system that hangs keeps so many logins waiting, and no more.</summary>
    private const int MostAtOnce = 128;

    private readonly HttpClient http;
    private readonly ResiliencePipeline<UpstreamReply> breaker;
    private int atOnce;

    /// <param name="trusted">Whom its certificate must come from; null: whom the system trusts.</param>
    public UpstreamClient(X509Certificate2Collection? trusted, TimeProvider clock)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            // A connection that was kept may be dead without anybody knowing; finding out would mean to send a guess that may have been taken already.
            PooledConnectionLifetime = TimeSpan.Zero,
            // What is left of a reply that is too long is not waited for.
            MaxResponseDrainSize = 0,
        };
        if (trusted is { } authorities)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(authorities);
        }

        http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        breaker = new ResiliencePipelineBuilder<UpstreamReply> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<UpstreamReply>
            {
                // A reply that is not understood does not count: a stranger who finds out how to get one could shut everybody out.
                ShouldHandle = static asked => ValueTask.FromResult(asked.Outcome.Result is UpstreamReply.NotAsked or UpstreamReply.Lost),
                FailureRatio = 0.5,
                MinimumThroughput = 4,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .Build();
    }

    /// <param name="directory">Null: the flag that asks for a directory is left out.</param>
    /// <param name="deadline">Over all sources; this one has its own besides.</param>
    public async Task<UpstreamReply> AskAsync(Upstream upstream, string identifier, Secret password, bool? directory, IPAddress client, CancellationToken deadline)
    {
        if (Interlocked.Increment(ref atOnce) > MostAtOnce)
        {
            Interlocked.Decrement(ref atOnce);
            return new UpstreamReply.NotAsked($"{MostAtOnce} logins wait for it already");
        }

        try
        {
            using var content = new LoginContent(upstream, identifier, password, directory);
            return await breaker.ExecuteAsync(async _ => await SendAsync(upstream, content, client, deadline), CancellationToken.None);
        }
        catch (BrokenCircuitException)
        {
            return new UpstreamReply.NotAsked("it did not answer a moment ago, and is left alone for a few seconds");
        }
        finally
        {
            Interlocked.Decrement(ref atOnce);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<UpstreamReply> SendAsync(Upstream upstream, LoginContent content, IPAddress client, CancellationToken total)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(total);
        deadline.CancelAfter(upstream.Deadline);
        using var request = new HttpRequestMessage(new HttpMethod(upstream.Contract.Method), upstream.Url) { Content = content };
        request.Headers.Add("Accept", "application/json");
        request.Headers.Add("X-Forwarded-For", client.ToString());
        request.Headers.ConnectionClose = true;
        try
        {
            using var reply = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return await ReadAsync(reply, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return Missing(content, "it did not answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Missing(content, Why(e));
        }
    }

    private static UpstreamReply Missing(LoginContent content, string why) => content.IsSent ? new UpstreamReply.Lost(why) : new UpstreamReply.NotAsked(why);

    private static async Task<UpstreamReply> ReadAsync(HttpResponseMessage reply, CancellationToken deadline)
    {
        using var body = await reply.Content.ReadAsStreamAsync(deadline);
        var buffer = new byte[LargestReply + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, deadline);
        return length > LargestReply
            ? new UpstreamReply.Lost($"its reply is longer than {LargestReply} bytes")
            : new UpstreamReply.Whole((int)reply.StatusCode, reply.Content.Headers.ContentType?.MediaType, buffer.AsMemory(0, length));
    }

    /// <summary>Not the exception's own words where they name addresses or certificates' contents at length.</summary>
    private static string Why(Exception e) => (e as HttpRequestException)?.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "its name is not known (DNS)",
        HttpRequestError.ConnectionError => "nobody answers at its address",
        HttpRequestError.SecureConnectionError => "its certificate is not trusted, or is not for this name",
        HttpRequestError.ResponseEnded => "it closed the connection before its reply was whole",
        HttpRequestError.ConfigurationLimitExceeded => "its reply is too long",
        HttpRequestError.InvalidResponse => "its reply is not HTTP",
        _ => "the connection broke",
    };

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>The request's body. It is written once, straight into the connection, and wiped.</summary>
    private sealed class LoginContent : HttpContent
    {
        private readonly ArrayBufferWriter<byte> body;

        public LoginContent(Upstream upstream, string identifier, Secret password, bool? directory)
        {
            // Room for every letter escaped (\u0000), so that it never grows and leaves a copy behind.
            body = new((6 * (identifier.Length + password.Length)) + 1024);
            upstream.Contract.Decoder.Write(body, identifier, password.Reveal(), directory);
            Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        }

        /// <summary>From here on the old system may have verified it.</summary>
        public bool IsSent { get; private set; }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            if (IsSent)
            {
                throw new IOException("One charge buys one guess.");
            }

            IsSent = true;
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
}
