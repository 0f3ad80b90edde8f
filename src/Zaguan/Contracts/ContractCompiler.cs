using System.Collections.Frozen;
using System.Text;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Contracts.Templates;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>A contract file → <see cref="Contract"/>, or the list of everything that is wrong with it.</summary>
internal static class ContractCompiler
{
    /// <summary>Paths under these are Zaguan's own.</summary>
    private static readonly string[] ReservedPaths = ["/zaguan", "/health", "/.well-known"];

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
        CheckPath(file.Request, problems);
        var rules = new RequestCompiler(problems).Compile(file.Request);
        var answers = new AnswerCompiler(problems, rules, file.Policy);
        var table = file.Answers is null ? FrozenDictionary<AnswerName, Answer>.Empty : answers.Compile(file.Answers);
        CheckTokenUses(file, answers, table, problems.Count > before, problems);
        var token = new TokenContractCompiler(problems, rules).Compile(file.Token);
        return problems.Count > before
            ? null
            : new(name, file.Title, file.Request.Path, RecordReader.SpellingOf(file.Request.Method), file.Request.Identifies, new(rules!), table, token)
            {
                Written = (origin, Encoding.UTF8.GetString(json)),
                Attribute = file.Request.Attribute,
                InactiveBeforePassword = file.Policy.InactiveBeforePassword,
                Names = answers.Uses.Concat(token?.Uses ?? []).Select(u => u.Name).ToFrozenSet(StringComparer.Ordinal),
            };
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

    private static void CheckPath(RequestFile? request, Problems problems)
    {
        if (request is { Node: { } node, Path: ['/', ..] path } && ObjectionToPath(path) is { } objection)
        {
            problems.Add(node.At("path"), objection);
        }
    }

    private static void CheckTokenUses(ContractFile file, AnswerCompiler answers, FrozenDictionary<AnswerName, Answer> table, bool isBroken, Problems problems)
    {
        var tokens = UsesOf(Vocabulary.Token);
        if (file.Token?.Node is not { } token)
        {
            tokens.ForEach(t => problems.Add(t.At, "{token} has nothing to stand for: the contract lacks its \"token\"."));
        }
        else if (tokens.Count == 0 && !isBroken && table.ContainsKey(AnswerName.Granted) && token.Kind == NodeKind.Object)
        {
            problems.Add(token, "This token is never answered: {token} stands nowhere in the granted answer.");
        }

        var refreshes = UsesOf(Vocabulary.RefreshToken);
        if (file.Token?.Refresh?.Node is not { } refresh)
        {
            var about = UsesOf(Vocabulary.RefreshExpiresAt).Concat(UsesOf(Vocabulary.RefreshExpiresIn));
            refreshes.Concat(about).ToList().ForEach(t => problems.Add(t.At, $"{{{t.Name}}} has nothing to stand for: the contract lacks the \"refresh\" of its \"token\"."));
        }
        else if (refreshes.Count == 0 && !isBroken)
        {
            problems.Add(refresh, "This refresh token is never answered: {refreshToken} stands nowhere in the granted answer.");
        }

        List<NameUse> UsesOf(string name) => [.. answers.Uses.Where(u => string.Equals(u.Name, name, StringComparison.Ordinal))];
    }
}
