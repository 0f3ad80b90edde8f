using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Contracts.Requests;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;

namespace Zaguan.Contracts.Answers;

/// <summary>What an author writes of the answers → the table of them, or every problem with it.</summary>
internal sealed partial class AnswerCompiler(Problems problems, RequestRules? request, PolicyFile policy)
{
    /// <summary>What Zaguan decides for every answer, what steers connections, caches and browsers, and what has a member of its own.</summary>
    private static readonly FrozenSet<string> Reserved = new[]
    {
        "Age", "Allow", "Cache-Control", "Clear-Site-Data", "Connection", "Date", "Expires", "Keep-Alive", "Link", "Location", "Pragma", "Refresh", "Retry-After", "Server", "Set-Cookie",
        "SourceMap", "Strict-Transport-Security", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Vary", "Via", "X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ReservedPrefixes = ["Access-Control-", "Alt-", "Content-", "Cross-Origin-", "Permissions-", "Proxy-", "Referrer-", "Sec-", "X-Accel-", "X-LIGHTTPD-", "X-Sendfile", "X-Zaguan-"];

    private static readonly int[] Redirections = [301, 302, 303, 307, 308];

    private readonly TemplateCompiler templates = new(problems, request);

    public IReadOnlyList<NameUse> Uses => templates.Uses;

    /// <summary>Whether a header is not a contract's to say.</summary>
    public static bool IsReserved(string name) => Reserved.Contains(name) || Array.Exists(ReservedPrefixes, p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));

    public FrozenDictionary<AnswerName, Answer> Compile(AnswersFile answers)
    {
        var compiled = new Dictionary<AnswerName, Answer>();
        foreach (var name in AnswerNames.All)
        {
            if (Written(answers, name) is { Count: > 0 } written)
            {
                templates.IsToldToAnybody = name == AnswerName.Inactive && policy.InactiveBeforePassword;
                compiled[name] = CompileAll(written, ScopeOf(name));
            }
        }

        return compiled.ToFrozenDictionary();
    }

    private static IReadOnlyList<AnswerFile>? Written(AnswersFile answers, AnswerName name) => name switch
    {
        AnswerName.Granted => answers.Granted,
        AnswerName.Refused => answers.Refused,
        AnswerName.Failed => answers.Failed,
        AnswerName.UnknownUser => answers.UnknownUser,
        AnswerName.WrongPassword => answers.WrongPassword,
        AnswerName.Inactive => answers.Inactive,
        AnswerName.Locked => answers.Locked,
        AnswerName.Throttled => answers.Throttled,
        AnswerName.Malformed => answers.Malformed,
        AnswerName.Invalid => answers.Invalid,
        AnswerName.Busy => answers.Busy,
        AnswerName.Unavailable => answers.Unavailable,
        AnswerName.WrongMethod => answers.WrongMethod,
    };

    private Scope ScopeOf(AnswerName name) => name switch
    {
        AnswerName.Granted => Scope.Granted,
        AnswerName.Malformed or AnswerName.Invalid => Scope.Invalid,
        AnswerName.Refused or AnswerName.UnknownUser or AnswerName.WrongPassword => Scope.Refused,
        // Whoever is told without having said the right password learns nothing of the user but that.
        AnswerName.Inactive => policy.InactiveBeforePassword ? Scope.Refused : Scope.Inactive,
        AnswerName.Locked or AnswerName.Throttled => Scope.Waiting,
        AnswerName.Failed or AnswerName.Busy or AnswerName.Unavailable => Scope.Failed,
        AnswerName.WrongMethod => Scope.WrongMethod,
    };

    /// <summary>The last of them, with the others before it.</summary>
    private Answer CompileAll(IReadOnlyList<AnswerFile> written, Scope scope)
    {
        foreach (var (i, answer) in written.Index())
        {
            if (i < written.Count - 1 && answer.If is null)
            {
                problems.Add(answer.Node!, "The answers behind this one are never given: it has no \"if\". Only the last of a list has none.");
            }
            else if (i == written.Count - 1 && answer.If is not null)
            {
                problems.Add(answer.Node!.At("if"), "The last answer is given when no other is, so it has no \"if\".");
            }
        }

        return Compile(written[^1], scope, [.. written.Take(written.Count - 1).Select(a => Compile(a, scope, []))]);
    }

    private Answer Compile(AnswerFile answer, Scope scope, IReadOnlyList<Answer> others)
    {
        var node = answer.Node!;
        var status = answer.Status ?? (answer.Redirect is null ? 200 : 302);
        CheckKind(answer, node, status);
        var body = answer.Body is null ? null : templates.Compile(answer.Body, scope);
        var text = answer.Text is null ? null : new TextTemplate(templates.CompileParts(node.At("text"), answer.Text, scope));
        var contentType = answer.ContentType ?? (body is not null ? Answer.Json : text is not null ? Answer.PlainText : null);
        if (text is not null && body is null && !Escaping.IsKnown(contentType!))
        {
            problems.Add(node.At("contentType"), $"In a text of the type \"{contentType}\" nobody knows how to write what a placeholder stands for: text/plain, text/html, text/xml, application/xml or one that ends in +xml. JSON is a \"body\".");
            contentType = Answer.PlainText;
        }

        return new(status, contentType, body, text)
        {
            Redirect = answer.Redirect is null ? null : CompileRedirect(node.At("redirect"), answer.Redirect, scope),
            Headers = [.. answer.Headers.Select(h => CompileHeader(h.Key, h.Value, scope)).OfType<HeaderTemplate>()],
            Cookies = [.. answer.Cookies.Select(c => CompileCookie(c.Key, c.Value, scope)).OfType<CookieTemplate>()],
            If = answer.If is null ? null : CompileCondition(node.At("if"), answer.If, scope),
            Others = others,
        };
    }

    private void CheckKind(AnswerFile answer, SourceNode node, int status)
    {
        var kinds = new[] { answer.Body is not null, answer.Text is not null }.Count(k => k);
        if (kinds > 1)
        {
            problems.Add(node.At("text"), "An answer has a \"body\" or a \"text\".");
        }

        if (kinds == 0 && answer.ContentType is not null)
        {
            problems.Add(node.At("contentType"), "Without a body there is nothing that this could be the type of.");
        }

        if (kinds > 0 && status == StatusCodes.Status204NoContent)
        {
            problems.Add(node.At("status"), "A 204 has no body.");
        }

        if (answer.Redirect is not null && !Redirections.Contains(status))
        {
            problems.Add(node.At("status"), $"A redirection has one of the statuses {string.Join(", ", Redirections)}, not {status}.");
        }
    }

    /// <summary>Conditions of answers; of a lifetime too.</summary>
    public Condition CompileCondition(SourceNode at, IReadOnlyDictionary<string, SourceNode> written, Scope scope)
    {
        if (written.Count == 0)
        {
            problems.Add(at, "This condition names nothing, and always holds. Name what must be so: { \"request.remember\": true }.");
        }

        var terms = new List<(Placeholder, IReadOnlyList<JsonElement>)>();
        foreach (var (name, node) in written)
        {
            var values = node.Kind == NodeKind.List ? node.Items : [node];
            if (values.Count == 0 || values.Any(v => v.Kind is NodeKind.Object or NodeKind.List))
            {
                problems.Add(node, "A condition names the value, or the values, that something has: texts, numbers, true, false or null.");
                continue;
            }

            if (templates.CompilePlaceholder(node, name, scope) is { } placeholder)
            {
                foreach (var impossible in values.Where(v => !CanBe(placeholder, v)))
                {
                    problems.Add(impossible, $"{{{name}}} is {InWords(placeholder.Kind!.Value)}, and never {impossible.InWords}: that would never hold.");
                }

                terms.Add((placeholder, [.. values.Select(v => JsonElement.Parse(v.Kind == NodeKind.Text ? JsonSerializer.Serialize(v.Text) : v.Text))]));
            }
        }

        return new(terms);
    }

    /// <summary>Whether a value could be what a condition wants, as far as its kind tells.</summary>
    private static bool CanBe(Placeholder placeholder, SourceNode value) => (placeholder.Kind, value.Kind) switch
    {
        (null, _) or (_, NodeKind.Null) or (ValueKind.Text, NodeKind.Text) or (ValueKind.Boolean, NodeKind.Boolean) or (ValueKind.Json, NodeKind.Number) => true,
        (ValueKind.Number, NodeKind.Number) => long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    private static string InWords(ValueKind kind) => kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Text => "a text",
        ValueKind.Number => "a whole number",
        ValueKind.Boolean => "true or false",
        ValueKind.Instant => "an instant, which no condition goes by",
        ValueKind.Json => "an object or a list",
    };

    private HeaderTemplate? CompileHeader(string name, SourceNode node, Scope scope)
    {
        if (!Token().IsMatch(name))
        {
            var odd = name.Where(c => !Token().IsMatch(c.ToString())).Take(1).Select(c => $"by '{c}': ");
            problems.Add(node, $"A header is called by letters, digits, hyphens and their like (RFC 9110 §5.6.2), 64 at most, not {string.Concat(odd)}\"{name}\".");
        }
        else if (IsReserved(name))
        {
            problems.Add(node, name.ToUpperInvariant() switch
            {
                "SET-COOKIE" => "Cookies have a member of their own: \"cookies\".",
                "LOCATION" => "Where a browser is sent has a member of its own: \"redirect\".",
                "CONTENT-TYPE" => "What the answer is has a member of its own: \"contentType\".",
                _ => $"\"{name}\" is not the contract's to say: Zaguan decides it for every answer.",
            });
        }

        if (node.Kind != NodeKind.Text)
        {
            problems.Add(node, $"A header is a text, not {node.KindInWords}.");
            return null;
        }

        var parts = templates.CompileParts(node, node.Text, scope);
        CheckLiterals(node, parts, "A header");
        return new(name, new(parts));
    }

    private CookieTemplate? CompileCookie(string name, CookieFile cookie, Scope scope)
    {
        if (cookie.Node is not { } node || cookie.Value is null)
        {
            return null;
        }

        if (!Token().IsMatch(name) || name.StartsWith("__Host-zaguan-", StringComparison.OrdinalIgnoreCase))
        {
            problems.Add(node, $"A cookie is called by letters, digits, hyphens and their like, and by none of Zaguan's own names; not \"{name}\".");
        }
        else if (name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase) && (!cookie.Secure || cookie.Path is not "/"))
        {
            problems.Add(node, "A cookie called __Host-… is secure and has the path / (RFC 6265bis §4.1.3.2); browsers drop it otherwise.");
        }

        if (cookie is { SameSite: SameSite.None, Secure: false })
        {
            problems.Add(node.At("sameSite"), "A cookie that other sites' pages bring along (SameSite=None) is secure; browsers drop it otherwise.");
        }

        var at = node.Kind == NodeKind.Object ? node.At("value") : node;
        var parts = templates.CompileParts(at, cookie.Value, scope);
        CheckLiterals(at, parts, "A cookie", "\",;\\ ");
        return new(name, new(parts), CookieTemplate.AttributesOf(cookie));
    }

    private void CheckLiterals(SourceNode node, IReadOnlyList<TextPart> parts, string what, string forbidden = "")
    {
        if (parts.Any(p => p.Literal.Any(c => c is < ' ' or > '~' || forbidden.Contains(c, StringComparison.Ordinal))))
        {
            problems.Add(node, $"{what} is made of printable ASCII{(forbidden.Length > 0 ? ", without quotes, commas, semicolons, backslashes and blanks" : "")}; what else there is is percent-encoded.");
        }
    }

    private Redirection CompileRedirect(SourceNode node, string written, Scope scope)
    {
        var parts = templates.CompileParts(node, written, scope);
        // Everything up to the path is said by the contract itself, so that no request and no user says where a browser goes.
        if (parts is not [{ Placeholder: null, Literal: var start }, ..] || !Target().IsMatch(start))
        {
            problems.Add(node, $"A redirection begins with a path of this host (\"/inicio\"), or with an address whose host is written out (\"https://app.example/\"), not \"{written}\".");
        }

        CheckLiterals(node, parts, "A redirection", "\"\\<> ");
        return new(written, new(parts));
    }

    // RFC 9110 §5.6.2.
    [GeneratedRegex(@"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}\z", RegexOptions.None, Timeout.Infinite)]
    private static partial Regex Token();

    [GeneratedRegex(@"^(/([^/\\].*)?\z|https?://[A-Za-z0-9.-]+(:[0-9]+)?/)", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex Target();
}
