namespace Zaguan.Contracts.Learning;

/// <summary>What stands in examples for what nobody can foretell.</summary>
internal static class Stand
{
    public static readonly IReadOnlyList<Fact> Ins =
    [
        Fact.Of(Vocabulary.Token, "<token>", "token"),
        Fact.Of(Vocabulary.Token, "<jwt>", "token"),
        Fact.Of(Vocabulary.Token, "<opaque>", "token"),
        Fact.Of(Vocabulary.RefreshToken, "<refresh>", "refresh"),
        Fact.Of("access.id", "<access id>", "access"),
        Fact.Of("access.id", "<number>", "access"),
        Fact.Of("generated.uuid", "<uuid>", "uuid"),
        Fact.Of("generated.traceparent", "<traceparent>", "trace"),
        Fact.Of("now", "<instant>", "now"),
    ];

    /// <summary>Keys that are called as tokens are, and hold none.</summary>
    private static readonly string[] Besides = ["type", "tipo", "expir", "vence", "csrf", "xsrf"];

    private static readonly string[] Tokens = ["token", "jwt", "session", "sesion", "sesión"];

    /// <summary>The name of what a wildcard stands for, by what stands in it; null: that says nothing.</summary>
    public static string? ByItself(string wildcard, Facts facts) => !Wildcards.IsWhole(wildcard) ? null
        : facts.Known.FirstOrDefault(f => string.Equals(f.Text, $"<{wildcard[1..^1]}>", StringComparison.Ordinal) && Ins.Contains(f))?.Name;

    /// <summary>By the key under which it stands, in a granted answer.</summary>
    public static string? ByKey(string key, Facts facts)
    {
        return !facts.HasUser || Array.Exists(Besides, Has) ? null
            : Has("refresh") ? Vocabulary.RefreshToken
            : Array.Exists(Tokens, Has) ? Vocabulary.Token
            : null;

        bool Has(string word) => key.Contains(word, StringComparison.OrdinalIgnoreCase);
    }
}
