using System.Collections.Frozen;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>A contract file → <see cref="Contract"/>, or the list of everything that is wrong with it.</summary>
internal static class ContractCompiler
{
    /// <summary>Paths under these are Zaguan's own.</summary>
    private static readonly string[] ReservedPaths = ["/zaguan", "/health", "/.well-known"];

    /// <summary>RFC 7519 §4.1: what Zaguan itself puts in.</summary>
    private static readonly string[] OwnClaims = ["iat", "exp", "jti"];

    /// <param name="name">The file's name without .json.</param>
    /// <param name="origin">The file, for messages.</param>
    /// <returns>Null after problems have been added.</returns>
    public static Contract? Compile(string name, string origin, ReadOnlySpan<byte> json, Problems problems)
    {
        var before = problems.Count;
        if (!SmallName.Is(name))
        {
            problems.Add(origin, $"A contract is called by small letters, digits and hyphens, not \"{name}\"; rename the file.");
        }

        if (JsonSource.Parse(origin, json, problems) is not { } node)
        {
            return null;
        }

        // What is missing or of the wrong type is null in it; everything else is checked on, so that all problems are told at once.
        var file = new RecordReader(Spelling.Contract, problems).Read<ContractFile>(node);
        CheckRequest(file.Request, problems);
        var answers = CompileAnswers(file, problems);
        var token = CompileToken(file.Token, problems);
        return problems.Count > before
            ? null
            : new(name, file.Title, file.Request.Path, RecordReader.SpellingOf(file.Request.Method), file.Request.Identifies, new(file.Request), answers, token);
    }

    /// <summary>Zaguan's own paths, health checks among them.</summary>
    public static string? ObjectionToPath(string path)
    {
        if (ReservedPaths.Any(own => new PathString(path).StartsWithSegments(own, StringComparison.OrdinalIgnoreCase)))
        {
            return $"Paths under {string.Join(", ", ReservedPaths[..^1])} and {ReservedPaths[^1]} are Zaguan's own.";
        }

        return path.Split('/').Any(segment => segment is "." or "..") ? "No request has the segments . and .. in its path: clients and servers resolve them." : null;
    }

    private static void CheckRequest(RequestFile? request, Problems problems)
    {
        if (request?.Node is not { } node)
        {
            return;
        }

        if (request.Path?.StartsWith('/') == true && ObjectionToPath(request.Path) is { } objection)
        {
            problems.Add(node.At("path"), objection);
        }

        var fields = new[] { ("identifier", request.Identifier), ("password", request.Password), ("directory", request.Directory) };
        foreach (var same in fields.Where(f => f.Item2 is not null).GroupBy(f => f.Item2, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var (role, _) in same.Skip(1))
            {
                problems.Add(node.At(role), $"The field \"{same.Key}\" is already the {same.First().Item1}.");
            }
        }
    }

    private static FrozenDictionary<AnswerName, Answer> CompileAnswers(ContractFile file, Problems problems)
    {
        var compiled = new Dictionary<AnswerName, Answer>();
        if (file.Answers is null)
        {
            return compiled.ToFrozenDictionary();
        }

        var before = problems.Count;
        var compiler = new TemplateCompiler(problems);
        foreach (var name in AnswerNames.All)
        {
            if (Written(file.Answers, name) is { Body: { } body } answer)
            {
                compiled[name] = new(answer.Status, compiler.Compile(body, ScopeOf(name)));
            }
        }

        var tokens = compiler.Uses.Where(u => string.Equals(u.Name, Vocabulary.Token, StringComparison.Ordinal)).ToList();
        if (file.Token?.Node is null)
        {
            tokens.ForEach(t => problems.Add(t.At, "{token} has nothing to stand for: the contract lacks its \"token\"."));
        }
        else if (tokens.Count == 0 && problems.Count == before && compiled.ContainsKey(AnswerName.Granted) && file.Token.Node.Kind == NodeKind.Object)
        {
            problems.Add(file.Token.Node, "This token is never answered: {token} stands nowhere in the granted answer.");
        }

        return compiled.ToFrozenDictionary();
    }

    private static AnswerFile? Written(AnswersFile answers, AnswerName name) => name switch
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
    };

    private static Scope ScopeOf(AnswerName name) => name switch
    {
        AnswerName.Granted => Scope.Granted,
        AnswerName.Malformed or AnswerName.Invalid => Scope.Invalid,
        AnswerName.Refused or AnswerName.Failed or AnswerName.UnknownUser or AnswerName.WrongPassword or AnswerName.Inactive
            or AnswerName.Locked or AnswerName.Throttled or AnswerName.Busy or AnswerName.Unavailable => Scope.Other,
    };

    private static TokenContract? CompileToken(TokenFile? token, Problems problems)
    {
        if (token?.Node is not { Kind: NodeKind.Object } node)
        {
            return null;
        }

        var secret = CompileSecret(node, token, problems);
        if (token is not { Lifetime: not null, Claims: not null })
        {
            return null;
        }

        var compiler = new TemplateCompiler(problems);
        var lifetime = CompileLifetime(node.At("lifetime"), token.Lifetime, compiler, problems);
        var claims = CompileClaims(token.Claims, compiler, problems);
        var settings = compiler.Uses.Select(u => u with { Name = SettingName(u.Name) }).Where(u => u.Name.Length > 0).ToList();
        foreach (var leak in settings.Where(s => string.Equals(s.Name, secret, StringComparison.Ordinal)))
        {
            problems.Add(leak.At, $"{{config.{secret}}} is the signing secret; nothing but the signature may use it.");
        }

        return new(token.Optional, secret, lifetime, claims, settings, token.AcceptsRaw);
    }

    /// <summary>The setting that holds the secret; null where there is none.</summary>
    private static string? CompileSecret(SourceNode node, TokenFile token, Problems problems)
    {
        var isWritten = node.Members.Any(m => m.Name is "secret");
        if (token.Algorithm == TokenAlgorithm.ES256)
        {
            if (isWritten)
            {
                problems.Add(node.At("secret"), "ES256 signs with a key of Zaguan's own and has no secret; leave it out.");
            }

            return null;
        }

        if (!isWritten)
        {
            problems.Add(node, "\"secret\" is missing: HS256 signs with a shared one. Name the setting that holds it, \"{config.NAME}\".");
        }

        if (token.Secret is null)
        {
            return null;
        }

        var secret = SettingName(token.Secret is ['{', .. var between, '}'] ? between : "");
        // Where its form is wrong already, that was told.
        if (Vocabulary.ObjectionToSetting(secret) is { } objection && problems.All(p => !string.Equals(p.Pointer, node.At("secret").Pointer, StringComparison.Ordinal)))
        {
            problems.Add(node.At("secret"), objection);
        }

        return secret;
    }

    private static string SettingName(string name) =>
        name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal) ? name[Vocabulary.SettingPrefix.Length..] : "";

    private static TextTemplate CompileLifetime(SourceNode node, string text, TemplateCompiler compiler, Problems problems)
    {
        var before = problems.Count;
        var lifetime = new TextTemplate(compiler.CompileParts(node, text, Scope.Settings));
        var isKnown = problems.Count == before && compiler.Uses.All(u => u.HasDefault);
        if (isKnown && !(Duration.TryParse(lifetime.Render(AnswerValues.Nothing), out var absent) && absent > TimeSpan.Zero))
        {
            problems.Add(node, $"A lifetime is a whole number above 0 and s, m, h or d (\"8h\"), not \"{lifetime.Render(AnswerValues.Nothing)}\".");
        }

        return lifetime;
    }

    private static ObjectTemplate CompileClaims(SourceNode claims, TemplateCompiler compiler, Problems problems)
    {
        if (claims.Kind != NodeKind.Object)
        {
            problems.Add(claims, $"Claims are an object, not {claims.KindInWords}.");
            return new([]);
        }

        foreach (var own in claims.Members.Where(m => OwnClaims.Contains(m.Name.TrimEnd('?'), StringComparer.Ordinal)))
        {
            problems.Add(own.Value, $"The claim \"{own.Name.TrimEnd('?')}\" is put in by Zaguan; leave it out.");
        }

        var compiled = compiler.CompileObject(claims, Scope.Claims);
        foreach (var (member, written) in compiled.Members.Zip(claims.Members).Where(m => m.First.Name is "iss" or "aud" && !m.First.Value.IsText))
        {
            problems.Add(written.Value, $"\"{member.Name}\" is one text of letters and settings (\"{{config.JWT_ISSUER_TOKEN}}\"), the same in every token: whoever validates asks for it.");
        }

        return compiled;
    }
}
