using System.Buffers;
using System.Net;
using System.Text;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Zaguan.BackEnds;
using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Operations;

/// <summary>What headers say of where a request comes from, and where it goes to: nobody is believed who is not trusted, and nothing has two readings.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class ForwardedFuzzTests
{
    private static readonly string[] Hops =
    [
        "203.0.113.9", "198.51.100.7", "10.1.2.3", "10.255.0.1", "127.0.0.1", "2001:db8::5", "[2001:db8::5]:443", "203.0.113.9:80", "10.1.2.3:1", "::ffff:10.1.2.3", "::1", "nonsense", "unknown", "_hidden", "\"203.0.113.9\"", "0x7f.1", "127.1", "10.1.2.3 10.1.2.4", "é",
    ];

    private static readonly IPNetwork[] Trusted = [IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("10.0.0.0/8")];

    private static readonly SearchValues<char> Meaning = SearchValues.Create("/\\;%?#");

    private static readonly string[] PathPieces = ["/", "//", "a", "admin", "Admin", "%61", "%2f", "%2F", "%5c", "%25", "%252f", "%00", "%0a", "%c3%b1", "ñ", "n\u0303", "%", "%zz", "%4", ".", "..", "...", ";", "\\", "?", "#", " ", "%20", "ａ", "℀", "\u0001", "\uFFFE", "ﬁ", "%ff", "\ud800", "_method=DELETE", "~", "+"];

    [Fact]
    public void An_address_is_that_of_the_first_hop_that_nobody_trusted_vouches_for_not()
    {
        var passes = Pipeline();
        var inputs = from connection in Gen.Elements("127.0.0.1", "10.9.9.9", "203.0.113.200", "2001:db8::9", "::ffff:127.0.0.1")
                     from headers in Gen.ListOf(Gen.ListOf(Gen.Elements(Hops)))
                     from scheme in Gen.Elements(null, "https", "http", "https, http", "x")
                     select (Connection: connection, Headers: headers.Take(3).Select(h => string.Join(", ", h.Take(4))).ToArray(), Scheme: scheme);

        Chance.Check(inputs, 5_000, i => $"{i.Connection} {string.Join(" ¶ ", i.Headers.Select(Chance.Literal))} {i.Scheme}", input =>
        {
            var http = new DefaultHttpContext();
            http.Connection.RemoteIpAddress = IPAddress.Parse(input.Connection);
            http.Request.Headers["X-Forwarded-For"] = input.Headers;
            if (input.Scheme is not null)
            {
                http.Request.Headers["X-Forwarded-Proto"] = input.Scheme;
            }

            passes(http).GetAwaiter().GetResult();

            var expected = Expected(input.Connection, input.Headers);
            return Equals(Plain(http.Connection.RemoteIpAddress!), expected)
                && (IsTrusted(IPAddress.Parse(input.Connection)) || http.Request.Scheme is "")
                && (http.Request.Scheme is "" or "http" or "https" or "x");
        });
    }

    [Fact]
    public void A_path_that_is_read_has_plain_segments_and_the_same_ones_however_it_is_encoded()
    {
        var paths = from pieces in Gen.ListOf(Gen.Elements(PathPieces))
                    from mask in Gen.Choose(0, int.MaxValue)
                    select (Path: "/" + string.Concat(pieces.Take(8)), Mask: mask);
        var read = 0;

        Chance.Check(paths, 5_000, p => Chance.Literal(p.Path), input =>
        {
            if (RequestPath.Segments(input.Path) is not { } segments)
            {
                return true;
            }

            read++;
            var isPlain = segments.All(s => s.Length > 0 && s is not ("." or "..") && !s.AsSpan().ContainsAny(Meaning) && !s.Any(char.IsControl));
            // Read again from its own segments, with letters of it percent-encoded, it is what it was.
            var spelt = "/" + string.Join('/', segments.Select(s => Encoded(s, input.Mask)));
            return isPlain && RequestPath.Segments(spelt) is { } again && again.SequenceEqual(segments, StringComparer.Ordinal);
        });

        read.ShouldBeGreaterThan(300);
    }

    [Fact]
    public void What_a_proxy_says_of_a_request_is_one_thing_or_nothing()
    {
        var values = Gen.Elements("GET", "get", "GET, DELETE", "", " ", "é", "/api", "/api, /admin", "https", "clinica.example", "clinica.example, malo.example");
        var requests = from method in Gen.ListOf(values)
                       from uri in Gen.ListOf(values)
                       from host in Gen.ListOf(values)
                       select (Method: method.Take(3).ToArray(), Uri: uri.Take(3).ToArray(), Host: host.Take(3).ToArray());

        Chance.Check(requests, 2_000, r => $"{string.Join('¶', r.Method)} {string.Join('¶', r.Uri)} {string.Join('¶', r.Host)}", input =>
        {
            var http = new DefaultHttpContext();
            http.Request.Headers["X-Forwarded-Method"] = input.Method;
            http.Request.Headers["X-Forwarded-Uri"] = input.Uri;
            http.Request.Headers["X-Forwarded-Host"] = input.Host;

            var told = OriginalRequest.Of(http.Request);

            return Is(told.Method, input.Method, isList: true) && Is(told.Target, input.Uri, isList: false) && Is(told.Host, input.Host, isList: true);
        });

        static bool Is(string? told, string[] sent, bool isList) =>
            sent is [{ Length: > 0 } one] && (!isList || !one.Contains(',', StringComparison.Ordinal)) ? string.Equals(told, one, StringComparison.Ordinal) : told is null;
    }

    private static RequestDelegate Pipeline()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.UseTrustedProxies(Trusted);
        app.Run(_ => Task.CompletedTask);
        return ((IApplicationBuilder)app).Build();
    }

    /// <summary>From the nearest hop outwards, as long as who says it is one of ours and says something that can be read.</summary>
    private static IPAddress Expected(string connection, string[] headers)
    {
        var address = Plain(IPAddress.Parse(connection));
        foreach (var hop in headers.SelectMany(h => h.Split(',')).Select(h => h.Trim()).Where(h => h.Length > 0).Reverse())
        {
            if (!IsTrusted(address) || !IPEndPoint.TryParse(hop.Trim('"'), out var said))
            {
                break;
            }

            address = Plain(said.Address);
        }

        return address;
    }

    private static bool IsTrusted(IPAddress address) => Trusted.Any(n => n.Contains(Plain(address)));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static string Encoded(string segment, int mask) =>
        string.Concat(segment.EnumerateRunes().Select((r, i) => (mask >> (i % 31) & 1) == 0 ? r.ToString() : string.Concat(Encoding.UTF8.GetBytes(r.ToString()).Select(b => FormattableString.Invariant($"%{b:x2}")))));
}
