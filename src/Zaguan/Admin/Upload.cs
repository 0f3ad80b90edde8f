using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Zaguan.Admin;

/// <summary>A form that brings a file (RFC 7578), read as it comes and never kept whole: first its fields, each once and in the page's order, and the file behind them.</summary>
internal sealed class Upload
{
    /// <summary>Characters of a boundary (RFC 2046 §5.1.1).</summary>
    private const int LongestBoundary = 70;

    /// <summary>Bytes of a field beside a file; nobody types more.</summary>
    private const int LongestField = 1024;

    private readonly MultipartReader reader;

    private Upload(MultipartReader reader) => this.reader = reader;

    public static bool Is(HttpRequest request) => Boundary(request) is not null;

    /// <summary>Null: the request is no such form.</summary>
    public static Upload? Of(HttpRequest request) => Boundary(request) is { } boundary ? new(new MultipartReader(boundary, request.Body)) : null;

    /// <summary>The next field, which must be this one.</summary>
    public async Task<string> FieldAsync(string name, CancellationToken gone)
    {
        var field = await NextAsync(name, gone);
        var bytes = new byte[LongestField + 1];
        var read = await ReadAsync(field.Body, bytes, gone);
        for (var more = read; more > 0 && read < bytes.Length; read += more)
        {
            more = await ReadAsync(field.Body, bytes.AsMemory(read), gone);
        }

        return read <= LongestField ? System.Text.Encoding.UTF8.GetString(bytes, 0, read) : throw new BadHttpRequestException("A field beside a file is too long.");
    }

    /// <summary>The file, which comes next: what it is called where it comes from, and its bytes.</summary>
    public async Task<(string Name, Stream Body)> FileAsync(string name, CancellationToken gone)
    {
        var file = await NextAsync(name, gone);
        var disposition = ContentDispositionHeaderValue.Parse(file.ContentDisposition);
        return (HeaderUtilities.RemoveQuotes(disposition.FileName).ToString(), file.Body);
    }

    /// <summary>What breaks off on the way is the sender's, and no fault of a disk's.</summary>
    public static async ValueTask<int> ReadAsync(Stream body, Memory<byte> into, CancellationToken gone)
    {
        try
        {
            return await body.ReadAsync(into, gone);
        }
        catch (IOException e)
        {
            throw new BadHttpRequestException(e.Message, e);
        }
    }

    private async Task<MultipartSection> NextAsync(string name, CancellationToken gone)
    {
        try
        {
            return await reader.ReadNextSectionAsync(gone) is { } section
                && ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) && HeaderUtilities.RemoveQuotes(disposition.Name).Equals(name, StringComparison.Ordinal)
                ? section
                : throw new BadHttpRequestException($"The form lacks {name}, or it is not in its place.");
        }
        catch (IOException e)
        {
            throw new BadHttpRequestException(e.Message, e);
        }
    }

    private static string? Boundary(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= LongestBoundary } boundary
            ? boundary.ToString()
            : null;
}
