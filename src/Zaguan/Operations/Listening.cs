using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Zaguan.Reading;

namespace Zaguan.Operations;

/// <summary>Where the server listens, and whether a password may travel there.</summary>
internal static class Listening
{
    public const string DefaultUrl = "http://localhost:5080";

    /// <summary>The addresses that configuration names, by the rules of ASP.NET Core: endpoints of Kestrel go before urls, urls before ports.</summary>
    /// <returns>Each with its key in the configuration.</returns>
    public static IReadOnlyList<(string Url, string Key)> Addresses(IConfiguration configuration)
    {
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().ToList();
        if (endpoints.Count > 0)
        {
            return [.. endpoints.Select(e => (e["Url"] ?? "", $"Kestrel:Endpoints:{e.Key}:Url"))];
        }

        if (configuration["urls"] is { Length: > 0 } urls)
        {
            return [.. Split(urls).Select(u => (u, "urls"))];
        }

        var ports = Split(configuration["HTTP_PORTS"]).Select(p => ($"http://*:{p}", "HTTP_PORTS"))
            .Concat(Split(configuration["HTTPS_PORTS"]).Select(p => ($"https://*:{p}", "HTTPS_PORTS"))).ToList();
        return ports.Count > 0 ? ports : [(DefaultUrl, "urls")];
    }

    /// <summary>The first of them as a client on this machine names it; null: none of them has a port that is known.</summary>
    public static Uri? FromHere(IConfiguration configuration) => FromHere(Addresses(configuration).Select(a => a.Url));

    /// <summary>The same of addresses that a server listens on.</summary>
    public static Uri? FromHere(IEnumerable<string> urls) =>
        urls.Select(TryParse).OfType<BindingAddress>().Where(a => a is { IsUnixPipe: false, IsNamedPipe: false, Port: > 0 })
            .Select(a => new UriBuilder(a.Scheme, a.Host is "*" or "+" or "0.0.0.0" or "[::]" ? "localhost" : a.Host, a.Port).Uri).FirstOrDefault();

    /// <summary>Outside Development a password travels encrypted, or not out of this machine.</summary>
    public static void Check(IConfiguration configuration, ConfigurationTree tree, bool isDevelopment, bool isBehindProxy, Problems problems)
    {
        foreach (var (url, key) in Addresses(configuration))
        {
            var address = TryParse(url);
            if (address is null)
            {
                problems.Add(tree.At(key), $"\"{url}\" is no address to listen on; write http://localhost:5080 or https://*:443.");
            }
            else if (!isDevelopment && !isBehindProxy && string.Equals(address.Scheme, "http", StringComparison.OrdinalIgnoreCase) && !address.IsUnixPipe && !IsLoopback(address.Host))
            {
                problems.Add(tree.At(key), $"{url} would carry passwords in plain text over the network. Use https:// with a certificate (Kestrel:Certificates), listen on localhost, or name the proxy that does the encryption under Network:TrustedProxies.");
            }
            else if (!isDevelopment && string.Equals(address.Scheme, "https", StringComparison.OrdinalIgnoreCase) && !HasCertificate(configuration, key))
            {
                problems.Add(tree.At(key), $"{url} has no certificate. Name one under Kestrel:Certificates:Default (\"Path\" and \"KeyPath\" of its PEM files); the one that .NET makes for developers is not used outside Development.");
            }
        }
    }

    /// <summary>Starts the server, or says in one sentence why it cannot listen.</summary>
    /// <exception cref="IOException">A port is in use, an address is not this machine's, a certificate cannot be read.</exception>
    public static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or CryptographicException or InvalidOperationException or FormatException)
        {
            // What already runs in the background ends as at any stop.
            await app.StopAsync();

            // What Kestrel throws for its configuration has no type of its own.
            var where = string.Join(", ", Addresses(app.Configuration).Select(a => a.Url));
            throw new IOException($"It cannot listen on {where}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    private static BindingAddress? TryParse(string url)
    {
        try
        {
            return BindingAddress.Parse(url);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>Of all endpoints, or this one's own.</summary>
    private static bool HasCertificate(IConfiguration configuration, string key) =>
        configuration.GetSection("Kestrel:Certificates:Default").Exists()
        || (key.EndsWith(":Url", StringComparison.Ordinal) && configuration.GetSection(key[..^":Url".Length]) is var endpoint && (endpoint.GetSection("Certificate").Exists() || endpoint.GetSection("Sni").Exists()));

    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static string[] Split(string? list) => (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
