using Microsoft.Net.Http.Headers;

namespace Zaguan.Contracts.Requests;

/// <summary>Content types as contracts know them: without their parameters.</summary>
internal static class MediaTypes
{
    private const string Any = "*/*";

    /// <param name="others">Those that a contract names in its place; null: none.</param>
    public static bool IsOf(string? contentType, string usual, IReadOnlyList<string>? others)
    {
        if (others is not null && others.Contains(Any, StringComparer.Ordinal))
        {
            return true;
        }

        if (!MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return false;
        }

        return others is null ? type.MediaType.Equals(usual, StringComparison.OrdinalIgnoreCase) : others.Any(o => type.MediaType.Equals(o, StringComparison.OrdinalIgnoreCase));
    }
}
