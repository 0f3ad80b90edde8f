using System.Buffers;
using Microsoft.Net.Http.Headers;
using Zaguan.Applications;
using Zaguan.Contracts;

namespace Zaguan.Login;

/// <summary>The bytes of a login request, bounded → what the contract reads in them.</summary>
internal static class RequestReader
{
    /// <summary>No login is longer (CONTRACTS: 413 beyond).</summary>
    public const int LargestBody = 16 * 1024;

    /// <summary>Null: the body is too large.</summary>
    public static async Task<DecodedRequest?> ReadAsync(HttpRequest request, Application application, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
        {
            return null;
        }

        // One byte more than allowed, to notice that there is more.
        var buffer = ArrayPool<byte>.Shared.Rent(LargestBody + 1);
        try
        {
            var length = await request.Body.ReadAtLeastAsync(buffer.AsMemory(0, LargestBody + 1), LargestBody + 1, throwOnEndOfStream: false, cancellationToken);
            if (length > LargestBody)
            {
                return null;
            }

            return application.Contract.Decoder.Decode(IsJson(request.ContentType) ? buffer.AsSpan(0, length) : []);
        }
        finally
        {
            // The password was in it.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
