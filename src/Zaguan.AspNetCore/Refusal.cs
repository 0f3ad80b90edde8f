using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Zaguan.AspNetCore;

/// <summary>What a client is told whose request goes no further: nothing of why.</summary>
internal static class Refusal
{
    /// <summary>In seconds, for a request that nobody could judge. By then the next try, or the one after it, has been made.</summary>
    private const int RetryAfter = 2;

    /// <param name="standing">NoToken: an endpoint asks for a user, and there is none.</param>
    public static void Refuse(this Standing standing, HttpResponse response)
    {
        switch (standing)
        {
            case Standing.Unknown:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                response.Headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
                break;
            case Standing.NoToken or Standing.Wrong or Standing.Good:
                response.StatusCode = StatusCodes.Status401Unauthorized;
                response.Headers.WWWAuthenticate = "Bearer";
                break;
            default:
                throw new UnreachableException();
        }
    }
}
