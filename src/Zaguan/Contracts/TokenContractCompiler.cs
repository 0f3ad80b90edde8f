using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>What an author writes of the token → <see cref="TokenContract"/>, or every problem with it.</summary>
internal sealed class TokenContractCompiler(Problems problems, RequestRules? request)
{
    /// <summary>RFC 7519 §4.1: what Zaguan itself puts in.</summary>
    private static readonly string[] OwnClaims = ["iat", "exp", "jti"];

    /// <summary>
    /// Of chance in a token that nobody signs: what no number of guesses finds. A version-4 UUID has as many (RFC 9562 §5.4), and old systems answer them as tokens: a million guesses
    /// a second at a million open sessions take 10^17 years for one of them.
    /// </summary>
    private const int FewestRandomBits = 122;

    private readonly TemplateCompiler templates = new(problems, request);

    /// <returns>Null: there is none, or its problems were added.</returns>
    public TokenContract? Compile(TokenFile? token)
    {
        if (token?.Node is not { Kind: NodeKind.Object } node)
        {
            return null;
        }

        var isOpaque = token.Algorithm == TokenAlgorithm.Opaque;
        var secret = CompileSecret(node, token);
        if (!isOpaque && token.Claims is null && !Has(node, "claims"))
        {
            problems.Add(node, "\"claims\" is missing: what the token says, as an object.");
        }

        var text = CompileOpaque(node, token);
        if (token.Lifetime is null || (token.Claims is null && !isOpaque))
        {
            return null;
        }

        var lifetime = CompileLifetime(node.At("lifetime"), token.Lifetime);
        var claims = token.Claims is null || isOpaque ? new([]) : CompileClaims(token.Claims);
        if (token.Lifetimes.Count == 0 && node.At("lifetimes") is { Kind: NodeKind.List, Items.Count: 0 } none)
        {
            problems.Add(none, "This list is empty; here belongs at least one, or no \"lifetimes\" at all.");
        }

        var lifetimes = token.Lifetimes.Select(CompileLifetime).OfType<(Condition, TextTemplate)>().ToList();
        var refresh = token.Refresh is null ? null : CompileRefresh(token.Refresh, claims);
        var settings = templates.Uses.Select(u => u with { Name = SettingName(u.Name) }).Where(u => u.Name.Length > 0).ToList();
        foreach (var leak in settings.Where(s => string.Equals(s.Name, secret, StringComparison.Ordinal)))
        {
            problems.Add(leak.At, $"{{config.{secret}}} is the signing secret; nothing but the signature may use it.");
        }

        return new(token.Optional, secret, lifetime, claims, settings, token.AcceptsRaw)
        {
            Algorithm = token.Algorithm,
            Lifetimes = lifetimes,
            Text = text,
            Refresh = refresh,
            Uses = templates.Uses,
        };
    }

    /// <summary>The setting that holds the secret; null where there is none.</summary>
    private string? CompileSecret(SourceNode node, TokenFile token)
    {
        if (token.Algorithm is TokenAlgorithm.ES256 or TokenAlgorithm.Opaque)
        {
            if (Has(node, "secret"))
            {
                problems.Add(node.At("secret"), token.Algorithm == TokenAlgorithm.Opaque ? "An opaque token is not signed and has no secret; leave it out." : "ES256 signs with a key of Zaguan's own and has no secret; leave it out.");
            }

            return null;
        }

        if (!Has(node, "secret"))
        {
            problems.Add(node, token.Algorithm == TokenAlgorithm.RS256
                ? "\"secret\" is missing: RS256 signs with a private key. Name the setting that holds it, \"{config.NAME}\"."
                : $"\"secret\" is missing: {token.Algorithm} signs with a shared one. Name the setting that holds it, \"{{config.NAME}}\".");
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

    private TextTemplate? CompileOpaque(SourceNode node, TokenFile token)
    {
        if (token.Algorithm != TokenAlgorithm.Opaque)
        {
            if (token.Text is not null)
            {
                problems.Add(node.At("text"), "Only an opaque token has a text of the contract's; what a signed one says are its claims.");
            }

            return null;
        }

        foreach (var member in node.Members.Where(m => m.Name is "claims" or "refresh"))
        {
            problems.Add(member.Value, $"An opaque token has no \"{member.Name}\": only Zaguan can tell its meaning. Leave it out.");
        }

        if (token.Text is null)
        {
            if (!Has(node, "text"))
            {
                problems.Add(node, "\"text\" is missing: what the token looks like, with chance in it: \"{random.letters40}\".");
            }

            return null;
        }

        var before = problems.Count;
        var at = node.At("text");
        var parts = templates.CompileParts(at, token.Text, Scope.Opaque);
        if (parts.Select(p => p.Placeholder).OfType<Placeholder>().Any(IsChanceAltered))
        {
            problems.Add(at, "Chance stands in a token as it was made, or less of it is there than is counted: {random.letters40}, without a filter and not behind \"else:\".");
        }

        var bits = parts.Select(p => p.Placeholder?.Name).OfType<string>().Distinct(StringComparer.Ordinal)
            .Where(n => n.StartsWith(Vocabulary.RandomPrefix, StringComparison.Ordinal)).Sum(n => Generated.Bits(n[Vocabulary.RandomPrefix.Length..]));
        if (problems.Count == before && bits < FewestRandomBits)
        {
            problems.Add(at, $"There are {(int)bits} bits of chance in this token; below {FewestRandomBits} it could be guessed. {{random.uuid}}, {{random.hex32}}, {{random.letters22}} or longer ones have enough.");
        }

        return new(parts);
    }

    private static bool IsChanceAltered(Placeholder placeholder) =>
        placeholder.Written.Contains(placeholder.Name.StartsWith(Vocabulary.RandomPrefix, StringComparison.Ordinal) ? "|" : $"|else:{Vocabulary.RandomPrefix}", StringComparison.Ordinal);

    private static bool Has(SourceNode node, string name) => node.Members.Any(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    private static string SettingName(string name) =>
        name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal) ? name[Vocabulary.SettingPrefix.Length..] : "";

    private (Condition, TextTemplate)? CompileLifetime(LifetimeFile written) => written is { If: { } condition, Lifetime: { } lifetime }
        ? (new AnswerCompiler(problems, request, new()).CompileCondition(written.Node!.At("if"), condition, Scope.Lifetime), CompileLifetime(written.Node!.At("lifetime"), lifetime))
        : null;

    private TextTemplate CompileLifetime(SourceNode node, string text)
    {
        var (before, known) = (problems.Count, templates.Uses.Count);
        var lifetime = new TextTemplate(templates.CompileParts(node, text, Scope.Settings));
        var isKnown = problems.Count == before && templates.Uses.Skip(known).All(u => u.HasDefault);
        if (isKnown && !(Duration.TryParse(lifetime.Render(AnswerValues.Nothing), out var absent) && absent > TimeSpan.Zero))
        {
            var said = lifetime.Render(AnswerValues.Nothing);
            problems.Add(node, $"A lifetime is a whole number above 0 and s, m, h or d (\"8h\"){Duration.BoundFor(said)}, not \"{said}\".");
        }

        return lifetime;
    }

    /// <summary>Null: nobody could tell it from the token, which was told.</summary>
    private RefreshContract? CompileRefresh(RefreshFile refresh, ObjectTemplate claims)
    {
        if (refresh is not { Node: { } node, Lifetime: { } written, Claims: { } said })
        {
            return null;
        }

        var own = CompileClaims(said);
        var lifetime = CompileLifetime(node.At("lifetime"), written);
        foreach (var member in own.Members)
        {
            if (member is { Value: ConstantTemplate { Text: { } text } } && claims.Members.FirstOrDefault(m => string.Equals(m.Name, member.Name, StringComparison.Ordinal))?.Value is ConstantTemplate { Text: { } other } && !string.Equals(text, other, StringComparison.Ordinal))
            {
                return new(lifetime, own, member.Name, text);
            }
        }

        problems.Add(said, "Nobody could tell this token from the other: a claim that both have says a text of its own in each, \"token_type\" for one.");
        return null;
    }

    private ObjectTemplate CompileClaims(SourceNode claims)
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

        var compiled = templates.CompileObject(claims, Scope.Claims);
        foreach (var (member, written) in compiled.Members.Zip(claims.Members).Where(m => m.First.Name is "iss" or "aud" && !m.First.Value.IsText))
        {
            problems.Add(written.Value, $"\"{member.Name}\" is one text of letters and settings (\"{{config.JWT_ISSUER_TOKEN}}\"), the same in every token: whoever validates asks for it.");
        }

        return compiled;
    }
}
