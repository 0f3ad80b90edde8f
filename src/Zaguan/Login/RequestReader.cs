using System.Buffers;
using Microsoft.Net.Http.Headers;
using Zaguan.Applications;
using Zaguan.Contracts.Requests;

namespace Zaguan.Login;

/// <summary>The bytes of a login request, bounded → what the contract reads in them.</summary>
internal static class RequestReader
{
    /// <summary>No login is longer (CONTRACTS: 413 beyond).</summary>
    public const int LargestBody = 16 * 1024;

    /// <summary>Null: the body is too large, or nobody is there any more who could be answered.</summary>
    public static async Task<DecodedRequest?> ReadAsync(HttpRequest request, Application application, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
        {
            return null;
        }

        try
        {
            // One byte more than allowed, to notice that there is more. What has arrived waits in the connection's own
            // buffer: ten thousand clients that send a byte a second cost what they sent.
            var read = await request.BodyReader.ReadAtLeastAsync(LargestBody + 1, cancellationToken);
            var decoded = read.Buffer.Length > LargestBody ? null : Decode(read.Buffer, request, application);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            return decoded;
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status400BadRequest)
        {
            // Cut off half way, or badly chunked: a body that cannot be read.
            return application.Contract.Decoder.Decode(Input(default, request) with { IsCutOff = true });
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            // The client reset its connection. That is no fault of ours, and whoever logs faults may not have heard of it yet.
            request.HttpContext.Abort();
            return null;
        }
    }

    private static RequestInput Input(ReadOnlySpan<byte> body, HttpRequest request) => new() { Body = body, ContentType = request.ContentType, Headers = request.Headers, Query = request.QueryString.Value };

    private static DecodedRequest Decode(in ReadOnlySequence<byte> body, HttpRequest request, Application application)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LargestBody);
        try
        {
            body.CopyTo(buffer);
            var bytes = buffer.AsSpan(0, (int)body.Length);
            var decoded = application.Contract.Decoder.Decode(Input(bytes, request));
            if (!application.IsCompared || decoded.Refusal is not null)
            {
                return decoded;
            }

            // Whom we charge and whom the old system verifies is one and the same only where both read the same thing.
            if (decoded.IsAmbiguous || !IsUtf8(request.ContentType))
            {
                decoded.Password?.Dispose();
                return new(Outcome.Malformed, [], "", null, false);
            }

            return decoded with { Body = new Secret(bytes) };
        }
        finally
        {
            // The password was in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>False where it says that it is something else, which some stacks believe.</summary>
    private static bool IsUtf8(string? contentType) => !MediaTypeHeaderValue.TryParse(contentType, out var type) || !type.Charset.HasValue
        || (HeaderUtilities.RemoveQuotes(type.Charset) is var charset && (charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase)));
}
