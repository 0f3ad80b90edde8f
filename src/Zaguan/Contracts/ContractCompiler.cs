using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>A contract file → <see cref="Contract"/>, or the list of everything that is wrong with it.</summary>
internal static partial class ContractCompiler
{
    /// <summary>Paths under these are Zaguan's own.</summary>
    private static readonly string[] ReservedPaths = ["/zaguan", "/health"];

    /// <summary>RFC 7519 §4.1: what Zaguan itself puts in.</summary>
    private static readonly string[] OwnClaims = ["iat", "exp", "jti"];

    /// <param name="name">The file's name without .json.</param>
    /// <param name="origin">The file, for messages.</param>
    /// <returns>Null after problems have been added.</returns>
    public static Contract? Compile(string name, string origin, ReadOnlySpan<byte> json, Problems problems)
    {
        var before = problems.Count;
        if (!ContractName().IsMatch(name))
        {
            problems.Add(origin, $"A contract is called by small letters, digits and hyphens, not \"{name}\"; rename the file.");
        }

        if (JsonSource.Parse(origin, json, problems) is not { } node)
        {
            return null;
        }

        var file = new RecordReader(Spelling.Contract, problems).Read<ContractFile>(node);
        if (problems.Count > before)
        {
            // Names and types first: what follows would only repeat what they broke.
            return null;
        }

        CheckRequest(file.Request, problems);
        var compiler = new TemplateCompiler(problems);
        var answers = CompileAnswers(file.Answers, compiler, problems);
        var token = file.Token is null ? null : CompileToken(file.Token, compiler, problems);
        CheckTokenIsAnswered(file, problems);
        return problems.Count > before
            ? null
            : new(name, file.Title, file.Request.Path, RecordReader.SpellingOf(file.Request.Method), file.Request.Identifies, new(file.Request), answers, token);
    }

    private static void CheckRequest(RequestFile request, Problems problems)
    {
        var path = request.Node!.At("path");
        if (!PathPattern().IsMatch(request.Path))
        {
            problems.Add(path, $"A path begins with a slash and is written as the client sends it, without a query: \"/api/login\", not \"{request.Path}\".");
        }
        else if (ReservedPaths.Any(own => new PathString(request.Path).StartsWithSegments(own, StringComparison.OrdinalIgnoreCase)))
        {
            problems.Add(path, $"Paths under {string.Join(" and ", ReservedPaths)} are Zaguan's own.");
        }

        var fields = new[] { ("identifier", request.Identifier), ("password", request.Password), ("directory", request.Directory) };
        foreach (var (role, field) in fields)
        {
            if (field is not null && !FieldName().IsMatch(field))
            {
                problems.Add(request.Node!.At(role), $"A field is the name of a member of the body: letters, digits, _ and -, not \"{field}\".");
            }
        }

        foreach (var twice in fields.Where(f => f.Item2 is not null).GroupBy(f => f.Item2, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            problems.Add(request.Node!.At(twice.Last().Item1), $"The field \"{twice.Key}\" is already the {twice.First().Item1}.");
        }
    }

    private static FrozenDictionary<AnswerName, Answer> CompileAnswers(AnswersFile answers, TemplateCompiler compiler, Problems problems)
    {
        var written = new Dictionary<AnswerName, AnswerFile?>
        {
            [AnswerName.Granted] = answers.Granted,
            [AnswerName.Refused] = answers.Refused,
            [AnswerName.Failed] = answers.Failed,
            [AnswerName.UnknownUser] = answers.UnknownUser,
            [AnswerName.WrongPassword] = answers.WrongPassword,
            [AnswerName.Inactive] = answers.Inactive,
            [AnswerName.Locked] = answers.Locked,
            [AnswerName.Throttled] = answers.Throttled,
            [AnswerName.Malformed] = answers.Malformed,
            [AnswerName.Invalid] = answers.Invalid,
            [AnswerName.Busy] = answers.Busy,
            [AnswerName.Unavailable] = answers.Unavailable,
        };
        var compiled = new Dictionary<AnswerName, Answer>();
        foreach (var (name, file) in written)
        {
            if (file is null)
            {
                continue;
            }

            if (file.Status is < 200 or > 599 or 204 or 304)
            {
                problems.Add(file.Node!.At("status"), $"A status with a body is from 200 to 599 and neither 204 nor 304, not {file.Status}.");
            }

            compiled[name] = new(file.Status, compiler.Compile(file.Body, ScopeOf(name)));
        }

        return compiled.ToFrozenDictionary();
    }

    private static Scope ScopeOf(AnswerName name) => name switch
    {
        AnswerName.Granted => Scope.Granted,
        AnswerName.Malformed or AnswerName.Invalid => Scope.Invalid,
        AnswerName.Refused or AnswerName.Failed or AnswerName.UnknownUser or AnswerName.WrongPassword or AnswerName.Inactive
            or AnswerName.Locked or AnswerName.Throttled or AnswerName.Busy or AnswerName.Unavailable => Scope.Other,
    };

    private static TokenContract CompileToken(TokenFile token, TemplateCompiler compiler, Problems problems)
    {
        var secretNode = token.Node!.At("secret");
        var secret = compiler.CompileParts(secretNode, token.Secret, Scope.Settings);
        var secretSetting = secret is [{ Placeholder.Name: var name }] && name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal)
            ? name[Vocabulary.SettingPrefix.Length..]
            : "";
        if (secretSetting.Length == 0 || secret[0].Placeholder!.Written.Contains('|', StringComparison.Ordinal))
        {
            problems.Add(secretNode, "A secret never stands in a contract: name the setting that holds it, \"{config.NAME}\", without a default.");
        }

        var lifetime = new TextTemplate(compiler.CompileParts(token.Node!.At("lifetime"), token.Lifetime, Scope.Settings));
        if (lifetime.Parts.All(p => p.Placeholder is null) && !Duration.TryParse(token.Lifetime, out _))
        {
            problems.Add(token.Node!.At("lifetime"), $"A lifetime is a whole number and s, m, h or d (\"8h\"), not \"{token.Lifetime}\".");
        }

        if (token.Claims.Kind != NodeKind.Object)
        {
            problems.Add(token.Claims, $"Claims are an object, not {token.Claims.KindInWords}.");
        }

        foreach (var own in token.Claims.Members.Where(m => OwnClaims.Contains(m.Name, StringComparer.Ordinal)))
        {
            problems.Add(own.Value, $"The claim \"{own.Name}\" is put in by Zaguan; leave it out.");
        }

        var before = compiler.Settings.Count;
        var claims = compiler.Compile(token.Claims, Scope.Claims) as ObjectTemplate ?? new([]);
        if (compiler.Settings.Skip(before).Append(new("", false)).Any(s => string.Equals(s.Name, secretSetting, StringComparison.OrdinalIgnoreCase) && secretSetting.Length > 0))
        {
            problems.Add(token.Claims, $"The claims name {{config.{secretSetting}}}, which is the signing secret; nothing but the signature may use it.");
        }

        var settings = compiler.Settings.Where(s => !string.Equals(s.Name, secretSetting, StringComparison.OrdinalIgnoreCase)).Distinct().ToList();
        return new(token.Optional, secretSetting, lifetime, claims, settings);
    }

    private static void CheckTokenIsAnswered(ContractFile file, Problems problems)
    {
        var places = Placeholders(file.Answers.Granted.Body).Where(n => n.Text.Contains("{token}", StringComparison.Ordinal) || n.Text.Contains("{token|", StringComparison.Ordinal)).ToList();
        if (file.Token is null && places.Count > 0)
        {
            problems.Add(places[0], "{token} has nothing to stand for: the contract lacks its \"token\".");
        }
        else if (file.Token is not null && places.Count == 0)
        {
            problems.Add(file.Token.Node!, "This token is never answered: {token} stands nowhere in the granted answer.");
        }
    }

    private static IEnumerable<SourceNode> Placeholders(SourceNode node) => node.Kind switch
    {
        NodeKind.Text => [node],
        NodeKind.List => node.Items.SelectMany(Placeholders),
        NodeKind.Object => node.Members.SelectMany(m => Placeholders(m.Value)),
        NodeKind.Null or NodeKind.Number or NodeKind.Boolean => [],
    };

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.None, 1000)]
    private static partial Regex ContractName();

    [GeneratedRegex("^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+/?$", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex PathPattern();

    [GeneratedRegex("^[\\p{L}\\p{N}_-]{1,64}$", RegexOptions.None, 1000)]
    private static partial Regex FieldName();
}
