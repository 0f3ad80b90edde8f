using Microsoft.AspNetCore.Http.Features;

namespace Zaguan.BackEnds;

/// <summary>The form in which RFC 7662 and RFC 7009 send a token.</summary>
internal static class TokenForm
{
    private const int LargestBody = 32 * 1_024;

    /// <summary>The token; null: there is none, and the request was answered.</summary>
    public static async Task<string?> ReadAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = LargestBody;
        }

        if (!http.Request.HasFormContentType)
        {
            return await RefuseAsync(http, "The token is sent as a form: application/x-www-form-urlencoded with a field \"token\".");
        }

        try
        {
            var form = await http.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 16 }, http.RequestAborted);
            return form["token"] is [{ Length: > 0 } token] ? token : await RefuseAsync(http, "The form has one field \"token\".");
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return await RefuseAsync(http, "The form cannot be read.");
        }
    }

    private static async Task<string?> RefuseAsync(HttpContext http, string sentence)
    {
        await AnswerAsync(http, StatusCodes.Status400BadRequest, "invalid_request", sentence);
        return null;
    }

    /// <summary>An error as RFC 6749 §5.2 writes it.</summary>
    public static Task AnswerAsync(HttpContext http, int status, string error, string sentence)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new OAuthError(error, sentence), BackEndJson.Default.OAuthError);
    }
}
