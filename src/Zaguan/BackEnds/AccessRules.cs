using Zaguan.Users;

namespace Zaguan.BackEnds;

/// <summary>What the rules say of a request.</summary>
internal enum RuleVerdict
{
    Permitted,

    /// <summary>The user's role is none of the rule's.</summary>
    Forbidden,

    /// <summary>There are rules, and nobody can say which of them holds: the path or the method is missing, or has two readings.</summary>
    Unclear,
}

/// <summary>Which roles may do what under a path.</summary>
/// <param name="Segments">As <see cref="RequestPath"/> has them.</param>
/// <param name="Methods">Empty: all.</param>
/// <param name="Roles">As names are compared; null: everybody with a session.</param>
internal sealed record AccessRule(IReadOnlyList<string> Segments, IReadOnlySet<string> Methods, IReadOnlySet<string>? Roles)
{
    public bool Covers(string method, IReadOnlyList<string> path) =>
        (Methods.Count == 0 || Methods.Contains(method)) && path.Count >= Segments.Count && Segments.SequenceEqual(path.Take(Segments.Count), StringComparer.Ordinal);

    public bool Admits(string? role) => Roles is null || (role is not null && Roles.Contains(Names.Key(role)));
}

/// <summary>The rules of an application. The longest path that covers a request decides, and of two with one path the rule that names the method.</summary>
internal sealed class AccessRules(IEnumerable<AccessRule> rules)
{
    /// <summary>A back-end may take what it does not know for whatever it does last: a method is one of these, or one that a rule names.</summary>
    private static readonly string[] Known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    private readonly AccessRule[] ordered = [.. rules.OrderByDescending(r => r.Segments.Count).ThenByDescending(r => r.Methods.Count > 0)];

    /// <summary>The one that decides first.</summary>
    public IReadOnlyList<AccessRule> Rules => ordered;

    /// <param name="method">As the client sent it.</param>
    /// <param name="target">Path and query as the client sent them.</param>
    /// <param name="role">Of the user; null: none.</param>
    public RuleVerdict Judge(string? method, string? target, string? role)
    {
        if (ordered.Length == 0)
        {
            return RuleVerdict.Permitted;
        }

        if (method is null || target is null || !IsKnown(method) || RequestPath.Segments(target) is not { } path)
        {
            return RuleVerdict.Unclear;
        }

        return Array.Find(ordered, r => r.Covers(method, path)) is not { } rule || rule.Admits(role) ? RuleVerdict.Permitted : RuleVerdict.Forbidden;
    }

    private bool IsKnown(string method) => Known.Contains(method, StringComparer.Ordinal) || Array.Exists(ordered, r => r.Methods.Contains(method));
}
