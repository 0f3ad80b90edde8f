using Microsoft.AspNetCore.HttpOverrides;

namespace Zaguan.Operations;

/// <summary>The proxies whose word is taken for the client's address, scheme and host. A stranger's is not.</summary>
internal static class TrustedProxies
{
    public static void UseTrustedProxies(this WebApplication app, IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        // An empty list would mean everybody to ASP.NET Core.
        if (proxies.Count > 0)
        {
            app.UseForwardedHeaders(Options(proxies));
        }
    }

    private static ForwardedHeadersOptions Options(IEnumerable<System.Net.IPNetwork> proxies)
    {
        // Every hop is looked at, from the nearest outwards, for as long as it is one of ours.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in proxies)
        {
            options.KnownIPNetworks.Add(network);
        }

        return options;
    }
}
