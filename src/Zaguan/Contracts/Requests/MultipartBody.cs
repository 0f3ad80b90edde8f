using System.Text;
using System.Text.Unicode;
using Microsoft.Net.Http.Headers;

namespace Zaguan.Contracts.Requests;

/// <summary>A body in parts (multipart/form-data, RFC 7578): what HTML forms send that could hold files. Files are not read.</summary>
internal static class MultipartBody
{
    /// <summary>RFC 2046 §5.1.1.</summary>
    private const int LongestBoundary = 70;

    /// <summary>False: it has no boundary, or breaks off.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, string? contentType, PathNode tree, FieldSlots slots, out bool isEmpty)
    {
        isEmpty = body.IsEmpty;
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 and <= LongestBoundary } boundary)
        {
            return false;
        }

        var delimiter = Encoding.UTF8.GetBytes($"\r\n--{boundary}");
        if (!body.StartsWith(delimiter.AsSpan(2)))
        {
            return false;
        }

        isEmpty = true;
        for (var rest = body[(delimiter.Length - 2)..]; ; isEmpty = false)
        {
            if (rest.StartsWith("--"u8))
            {
                return true;
            }

            var head = rest.IndexOf("\r\n\r\n"u8);
            var end = head < 0 ? -1 : rest[(head + 2)..].IndexOf(delimiter);
            if (!rest.StartsWith("\r\n"u8) || end < 0)
            {
                return false;
            }

            // A part without a value ends where its head does: the empty line's end is the delimiter's beginning.
            var value = end < 2 ? default : rest.Slice(head + 4, end - 2);
            if (NameIn(rest[..(head + 2)]) is { } name && (!Utf8.IsValid(value) || !TryTake(name, value, tree, slots)))
            {
                return false;
            }

            rest = rest[(head + 2 + end + delimiter.Length)..];
        }
    }

    private static bool TryTake(string name, ReadOnlySpan<byte> value, PathNode tree, FieldSlots slots)
    {
        FormBody.Take(name, value, tree, slots);
        return true;
    }

    /// <summary>Null: it is a file, or has no name.</summary>
    private static string? NameIn(ReadOnlySpan<byte> head)
    {
        foreach (var line in Encoding.UTF8.GetString(head).Split("\r\n"))
        {
            if (line.Split(':', 2) is [var header, var value] && header.Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase)
                && ContentDispositionHeaderValue.TryParse(value.Trim(), out var disposition) && !disposition.FileName.HasValue && !disposition.FileNameStar.HasValue)
            {
                return HeaderUtilities.RemoveQuotes(disposition.Name).Value;
            }
        }

        return null;
    }
}
