using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace Zaguan.Sources;

/// <summary>Sends a login request and takes the reply as it comes: no redirect is followed, no cookie kept, no proxy asked, nothing sent twice.</summary>
internal sealed class ReplyClient : IDisposable
{
    private readonly TimeSpan deadline;
    private readonly TimeProvider clock;
    private readonly HttpClient client;

    /// <param name="deadline">Of one request, from the connection to the last byte.</param>
    /// <param name="trusted">Whom certificates must come from; null: whom the system trusts.</param>
    public ReplyClient(TimeSpan deadline, TimeProvider clock, X509Certificate2Collection? trusted = null)
    {
        (this.deadline, this.clock) = (deadline, clock);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            // A connection that is used again may be found closed, and the client would send the guess a second time.
            PooledConnectionLifetime = TimeSpan.Zero,
            MaxResponseDrainSize = 0,
            MaxResponseHeadersLength = 32,
            // As Kestrel reads and writes them: what came with accents goes on with accents.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        };
        if (trusted is not null)
        {
            handler.SslOptions.CertificateChainPolicy = TrustOnly(trusted);
        }

        client = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public async Task<Asked> AskAsync(HttpRequestMessage request, CancellationToken interrupted)
    {
        using var patience = new CancellationTokenSource(deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, interrupted);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await ReadAsync(response, either.Token) is { } reply
                ? new(reply, null)
                : new(null, $"its answer is larger than {Reply.LargestBody / 1024} KiB, which no answer to a login is");
        }
        catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
        {
            return new(null, $"it did not answer within {deadline.TotalSeconds:0} s") { IsSilence = true };
        }
        catch (HttpRequestException e)
        {
            return new(null, InWords(e.HttpRequestError, e.InnerException)) { IsSilence = IsSilence(e.HttpRequestError) };
        }
        catch (HttpIOException e)
        {
            return new(null, InWords(e.HttpRequestError, e.InnerException)) { IsSilence = IsSilence(e.HttpRequestError) };
        }
        catch (IOException)
        {
            return new(null, InWords(HttpRequestError.Unknown, null)) { IsSilence = true };
        }
    }

    public void Dispose() => client.Dispose();

    private static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <summary>Null: it is too large.</summary>
    private static async Task<Reply?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            headers[name] = new StringValues([.. values]);
        }

        // One byte more than allowed, to notice that there is more.
        var buffer = new byte[Reply.LargestBody + 1];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > Reply.LargestBody ? null : new((int)response.StatusCode, headers, buffer.AsMemory(0, length));
    }

    /// <summary>What a request of ours that cannot be sent brings about, or a reply that cannot be read, says nothing about whether the other side is there.</summary>
    private static bool IsSilence(HttpRequestError error) =>
        error is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ResponseEnded;

    // The client's own message may repeat what the other side sent.
    private static string InWords(HttpRequestError error, Exception? reason) => error switch
    {
        HttpRequestError.NameResolutionError => "nobody knows the name of its host",
        HttpRequestError.ConnectionError => $"it cannot be connected to{Because(reason)}",
        HttpRequestError.SecureConnectionError => $"its certificate or its TLS is not accepted{Because(reason)}",
        HttpRequestError.ResponseEnded => "it closed the connection before its answer was complete",
        HttpRequestError.InvalidResponse => "what it answers is not HTTP",
        HttpRequestError.ConfigurationLimitExceeded => "its answer has more headers than any answer to a login",
        HttpRequestError.Unknown or HttpRequestError.HttpProtocolError or HttpRequestError.ExtendedConnectNotSupported or HttpRequestError.VersionNegotiationError
            or HttpRequestError.UserAuthenticationError or HttpRequestError.ProxyTunnelError => "the connection to it broke off",
    };

    private static string Because(Exception? reason) => reason is null ? "" : $": {reason.Message.ReplaceLineEndings(" ").TrimEnd('.')}";
}
