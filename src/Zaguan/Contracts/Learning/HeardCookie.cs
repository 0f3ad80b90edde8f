using System.Globalization;

namespace Zaguan.Contracts.Learning;

/// <summary>A cookie that an answer sets (RFC 6265 §5.2), whatever stands in it: examples have wildcards there.</summary>
internal sealed record HeardCookie(string Name, string Value, IReadOnlyList<(string Name, string Value)> Attributes)
{
    public string? Path => Of("path");

    public bool IsHttpOnly => Of("httponly") is not null;

    public bool IsSecure => Of("secure") is not null;

    public string? SameSite => Of("samesite");

    public TimeSpan? MaxAge => long.TryParse(Of("max-age"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 10_000_000_000 ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Null: it has no name.</summary>
    public static HeardCookie? Read(string header)
    {
        var pieces = header.Split(';', StringSplitOptions.TrimEntries);
        return pieces[0].Split('=', 2) is [var name, var value] && name.Trim().Length > 0
            ? new(name.Trim(), value.Trim(), [.. pieces.Skip(1).Where(p => p.Length > 0).Select(p => p.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (p, ""))])
            : null;
    }

    private string? Of(string attribute) => Attributes.FirstOrDefault(a => a.Name.Equals(attribute, StringComparison.OrdinalIgnoreCase)).Value;
}
