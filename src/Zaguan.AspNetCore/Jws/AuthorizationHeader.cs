using Microsoft.Extensions.Primitives;

namespace Zaguan.AspNetCore.Jws;

/// <summary>The token in a request's Authorization header.</summary>
internal static class AuthorizationHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>Null: the request brings none, which several headers are too. An empty text is a header that holds no token.</summary>
    /// <param name="acceptsRaw">A token without "Bearer " before it is one too.</param>
    public static string? Token(StringValues header, bool acceptsRaw)
    {
        if (header.Count != 1 || header[0] is not { } value)
        {
            return null;
        }

        if (value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return value[Scheme.Length..].Trim(' ');
        }

        return acceptsRaw ? value : "";
    }
}
