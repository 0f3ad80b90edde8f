using System.Net;
using Microsoft.AspNetCore.HttpOverrides;

namespace Zaguan.Operations;

/// <summary>The proxies whose word is taken for the client's address and scheme. A stranger's is not. The host is the request's own: proxies pass a client's X-Forwarded-Host through.</summary>
internal static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app, IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        // An empty list would mean everybody to ASP.NET Core.
        if (proxies.Count > 0)
        {
            app.UseForwardedHeaders(Options(proxies));
        }

        // What a trusted proxy says has been taken out of the request by now.
        var noticed = 0;
        app.Use((HttpContext http, RequestDelegate next) =>
        {
            if (http.Request.Headers.ContainsKey(ForwardedHeadersDefaults.XForwardedForHeaderName) && Interlocked.Exchange(ref noticed, 1) == 0)
            {
                app.Logger.UnknownProxy(http.Connection.RemoteIpAddress);
            }

            return next(http);
        });
    }

    private static ForwardedHeadersOptions Options(IEnumerable<System.Net.IPNetwork> proxies)
    {
        // Every hop is looked at, from the nearest outwards, for as long as it is one of ours.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies)
        {
            options.KnownIPNetworks.Add(network);
        }

        return options;
    }
}

internal static partial class TrustedProxiesLog
{
    [LoggerMessage(EventId = 1202, Level = LogLevel.Warning, Message = "{Address} forwards for others (X-Forwarded-For) and is not believed, so all of them have its address and share its budget; if it is a proxy of yours, name it under Network:TrustedProxies. This is said once")]
    public static partial void UnknownProxy(this ILogger logger, IPAddress? address);
}
