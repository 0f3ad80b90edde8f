using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Zaguan.Applications;
using Zaguan.Contracts;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.BackEnds;

/// <summary>What forward-auth needs to know of an application.</summary>
internal sealed record Guard(AccessRules Rules, IdentityHeaders Headers);

/// <summary>An application's rules and identity headers, as configured → <see cref="Guard"/>, or every problem with them.</summary>
internal sealed partial class GuardCompiler(Problems problems)
{
    private const string Everybody = "*";

    /// <summary>Each costs room in every request to the back-end.</summary>
    private const int MostHeaders = 16;

    /// <summary>
    /// What steers connections, proxies, caches and browsers, or what somebody else decides: hop-by-hop (RFC 9110 §7.6.1),
    /// credentials, representations, and what nginx, lighttpd and Apache act upon when an answer has it (X-Accel-Redirect, X-Sendfile).
    /// </summary>
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "Accept", "Age", "Allow", "Authorization", "Cache-Control", "Clear-Site-Data", "Close", "Connection", "Cookie", "Date", "ETag", "Expect", "Expires", "Forwarded", "Host",
        "Keep-Alive", "Last-Modified", "Link", "Location", "Max-Forwards", "Origin", "Pragma", "Range", "Referer", "Refresh", "Retry-After", "Server", "Set-Cookie", "SourceMap",
        "Strict-Transport-Security", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent", "Vary", "Via", "Warning", "WWW-Authenticate",
        "X-Content-Type-Options", "X-Frame-Options", "X-HTTP-Method", "X-HTTP-Method-Override", "X-Method-Override", "X-Original-URL", "X-Powered-By", "X-Real-IP", "X-Request-ID", "X-Rewrite-URL",
        "X-XSS-Protection",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ReservedPrefixes =
        ["Accept-", "Access-Control-", "Alt-", "Content-", "Cross-Origin-", "If-", "Permissions-", "Proxy-", "Referrer-", "Sec-", "X-Accel-", "X-Forwarded-", "X-LIGHTTPD-", "X-Sendfile", "X-Zaguan-"];

    public Guard Compile(ApplicationSettings settings)
    {
        var rules = settings.Rules.Select(r => (Rule: Compile(r), r.Node)).Where(r => r.Rule is not null).Select(r => (r.Rule!, r.Node!)).ToList();
        CheckTwice(rules);
        return new(new AccessRules(rules.Select(r => r.Item1)), CompileHeaders(settings));
    }

    private AccessRule? Compile(RuleSettings rule)
    {
        var segments = rule.Path is null || rule.Path.Contains('?', StringComparison.Ordinal) ? null : RequestPath.Segments(rule.Path);
        if (segments is null && rule.Path is not null)
        {
            problems.Add(rule.Node!.At("Path"), $"A rule's path begins with a slash and is written plainly, without //, . and .., ; \\ ? and #: \"/api/admin\", not \"{rule.Path}\".");
        }

        foreach (var method in rule.Methods.Where(m => !Method().IsMatch(m)))
        {
            problems.Add(rule.Node!.At("Methods"), $"A method is written in capitals, \"POST\", not \"{method}\".");
        }

        if (rule.Roles.Count == 0)
        {
            problems.Add(rule.Node!.At("Roles"), "The rule lacks its roles: name those that may, or \"*\" for everybody with a session.");
        }
        else if (rule.Roles.Count > 1 && rule.Roles.Contains(Everybody, StringComparer.Ordinal))
        {
            problems.Add(rule.Node!.At("Roles"), "\"*\" is everybody with a session; leave out the others, or it.");
        }
        else if (rule.Roles.Any(r => string.IsNullOrWhiteSpace(r) || Names.TryKey(r) is null))
        {
            problems.Add(rule.Node!.At("Roles"), "One of these is no name of a role.");
            return null;
        }

        return segments is null
            ? null
            : new(segments, WithHead(rule.Methods).ToFrozenSet(StringComparer.Ordinal), rule.Roles.Contains(Everybody, StringComparer.Ordinal) ? null : rule.Roles.Select(Names.Key).ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>Frameworks answer HEAD with what they have for GET.</summary>
    private static IEnumerable<string> WithHead(IReadOnlyList<string> methods) => methods.Contains("GET", StringComparer.Ordinal) ? methods.Append("HEAD") : methods;

    /// <summary>Two rules of which nobody could say which decides.</summary>
    private void CheckTwice(List<(AccessRule Rule, SourceNode At)> rules)
    {
        for (var i = 0; i < rules.Count; i++)
        {
            var (later, at) = rules[i];
            if (rules.Take(i).Any(r => r.Rule.Segments.SequenceEqual(later.Segments, StringComparer.Ordinal)
                && (r.Rule.Methods.Overlaps(later.Methods) || (r.Rule.Methods.Count == 0 && later.Methods.Count == 0))))
            {
                problems.Add(at, "An earlier rule has the same path and method (GET is HEAD too); keep one of them.");
            }
        }
    }

    private IdentityHeaders CompileHeaders(ApplicationSettings settings)
    {
        if (settings.IdentityHeaders.Count > MostHeaders)
        {
            problems.Add(settings.Node!.At("IdentityHeaders"), $"There are {settings.IdentityHeaders.Count} identity headers; at most {MostHeaders}.");
        }

        var templates = new TemplateCompiler(problems);
        var compiled = new List<(string, TextTemplate)>();
        foreach (var (name, node) in settings.IdentityHeaders)
        {
            if (!HeaderName().IsMatch(name))
            {
                problems.Add(node, $"An identity header is called by letters, digits and hyphens, at most 64, not \"{name}\". (nginx drops names with _.)");
            }
            else if (Reserved.Contains(name) || Array.Exists(ReservedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            {
                problems.Add(node, $"\"{name}\" is no header for an identity: it means something to browsers, proxies or Zaguan. Call it X-User-Role, for example.");
            }

            if (node.Kind != NodeKind.Text)
            {
                problems.Add(node, $"An identity header's value is a text such as \"{{role.name}}\", not {node.KindInWords}.");
                continue;
            }

            compiled.Add((name, new(templates.CompileParts(node, node.Text, Scope.IdentityHeaders))));
        }

        return new(compiled);
    }

    [GeneratedRegex(@"^[A-Z]{1,20}\z", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Method();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9-]{0,63}\z", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex HeaderName();
}
