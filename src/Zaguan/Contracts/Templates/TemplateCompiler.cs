using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts.Templates;

/// <summary>JSON with placeholders → <see cref="Template"/>, or every problem with it.</summary>
/// <param name="request">The contract's fields, for {request.NAME}; null: there are none to name.</param>
internal sealed class TemplateCompiler(Problems problems, RequestRules? request = null)
{
    /// <summary>An answer is as long as the lists are that stand in each other, multiplied.</summary>
    private const int DeepestEach = 2;

    private readonly PlaceholderCompiler placeholders = new(problems, request);

    /// <summary>What the $each that are being compiled go through, the outermost first.</summary>
    private readonly List<string> around = [];

    /// <summary>Every use of every name that was compiled so far.</summary>
    public IReadOnlyList<NameUse> Uses => placeholders.Uses;

    /// <summary>What is being compiled is the answer inactive, and the policy gives it without a look at the password.</summary>
    public bool IsToldToAnybody
    {
        get => placeholders.IsToldToAnybody;
        set => placeholders.IsToldToAnybody = value;
    }

    /// <param name="written">What stands between the braces.</param>
    public Placeholder? CompilePlaceholder(SourceNode node, string written, Scope scope) => placeholders.Compile(node, written, scope);

    public Template Compile(SourceNode node, Scope scope) => node.Kind switch
    {
        NodeKind.Text => CompileText(node, scope),
        NodeKind.Object when Has(node, "$match") => CompileMatch(node, scope),
        NodeKind.Object when Has(node, "$each") && Has(node, "key") => CompileEach(node, scope),
        NodeKind.Object => CompileObject(node, scope),
        NodeKind.List => new ListTemplate([.. node.Items.Select(i => Has(i, "$each") ? CompileEach(i, scope) : Compile(i, scope))]),
        NodeKind.Null or NodeKind.Number or NodeKind.Boolean => new ConstantTemplate(node.Text),
    };

    /// <summary>A text with placeholders, as its parts.</summary>
    public IReadOnlyList<TextPart> CompileParts(SourceNode node, string text, Scope scope)
    {
        var parts = new List<TextPart>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '{' or '}' && i + 1 < text.Length && text[i + 1] == text[i])
            {
                literal.Append(text[i++]);
            }
            else if (text[i] is '}')
            {
                problems.Add(node, "A closing brace has no opening one. A brace that is meant as itself is doubled: \"}}\".");
                return parts;
            }
            else if (text[i] is '{')
            {
                var end = text.IndexOf('}', i);
                if (end < 0)
                {
                    problems.Add(node, "An opening brace is never closed. A brace that is meant as itself is doubled: \"{{\".");
                    return parts;
                }

                if (literal.Length > 0)
                {
                    parts.Add(new(literal.ToString(), null));
                    literal.Clear();
                }

                if (CompilePlaceholder(node, text[(i + 1)..end], scope) is { } placeholder)
                {
                    parts.Add(new("", placeholder));
                }

                i = end;
            }
            else
            {
                literal.Append(text[i]);
            }
        }

        if (literal.Length > 0)
        {
            parts.Add(new(literal.ToString(), null));
        }

        return parts;
    }

    private Template CompileText(SourceNode node, Scope scope)
    {
        var parts = CompileParts(node, node.Text, scope);
        return parts switch
        {
            [{ Placeholder: { } only }] => new PlaceholderTemplate(only),
            _ when parts.All(p => p.Placeholder is null) => new ConstantTemplate(Quoted(string.Concat(parts.Select(p => p.Literal)))),
            _ => new TextTemplate(parts),
        };
    }

    public ObjectTemplate CompileObject(SourceNode node, Scope scope)
    {
        if (Has(node, "$each"))
        {
            problems.Add(node, "A $each stands as an element of a list, [ { \"$each\": …, \"item\": … } ]; or it has a \"key\", and stands for an object.");
            return new([]);
        }

        if (node.Members.FirstOrDefault(m => m.Name.StartsWith('$') && !m.Name.StartsWith("$$", StringComparison.Ordinal)) is { } dollar)
        {
            problems.Add(dollar.Value, $"\"{dollar.Name}\" is not known; an object that begins with $ is $each or $match. A $ that is meant as itself is doubled: \"$$\".{Nearest.Suggestion(dollar.Name, ["$each", "$match"])}");
        }

        var members = node.Members.Select(m => CompileMember(m, scope)).ToList();
        foreach (var (twice, member) in members.Zip(node.Members).Where((m, i) => members.Take(i).Any(earlier => string.Equals(earlier.Name, m.First.Name, StringComparison.Ordinal))))
        {
            problems.Add(member.Value, $"\"{twice.Name}\" would be answered twice; keep one of them.");
        }

        return new(members);
    }

    private MemberTemplate CompileMember(SourceMember member, Scope scope)
    {
        var optional = member.Name.EndsWith('?');
        var value = Compile(member.Value, scope);
        if (optional && value is not (PlaceholderTemplate or MatchTemplate))
        {
            problems.Add(member.Value, $"The key \"{member.Name}\" is left out when its value is null, so its value is one placeholder, or a $match.");
        }

        var name = optional ? member.Name[..^1] : member.Name;
        return new(name.StartsWith("$$", StringComparison.Ordinal) ? name[1..] : name, optional, value);
    }

    private static bool Has(SourceNode node, string name) =>
        node.Kind == NodeKind.Object && node.Members.Any(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    private Template CompileMatch(SourceNode node, Scope scope) => CompileMatch(node, new ConstantTemplate("null"), scope, Compile);

    /// <param name="otherwise">What no case is for, where there is no "else".</param>
    private Template CompileMatch(SourceNode node, Template otherwise, Scope scope, Func<SourceNode, Scope, Template> compile)
    {
        var cases = new List<(string, Template)>();
        foreach (var member in node.Members.Where(m => m.Name is not "$match"))
        {
            var value = compile(member.Value, scope);
            if (member.Name is "else")
            {
                otherwise = value;
            }
            else
            {
                cases.Add((member.Name, value));
            }
        }

        if (cases.Count == 0)
        {
            problems.Add(node, "A $match lacks its cases: { \"$match\": \"{user.active}\", \"true\": …, \"false\": … }.");
        }

        var (on, before) = (node.At("$match"), problems.Count);
        if (on.Kind == NodeKind.Text && CompileParts(on, on.Text, scope) is [{ Placeholder: { } only }])
        {
            return new MatchTemplate(only, cases, otherwise);
        }

        if (problems.Count == before)
        {
            problems.Add(on, $"A $match goes by one placeholder, \"{{user.active}}\" for one, not {on.InWords}.");
        }

        return otherwise;
    }

    private EachTemplate CompileEach(SourceNode node, Scope scope)
    {
        foreach (var unknown in node.Members.Where(m => m.Name is not ("$each" or "key" or "item" or "items")))
        {
            problems.Add(unknown.Value, $"A $each has \"$each\", \"item\" (or \"items\") and perhaps \"key\", not \"{unknown.Name}\".");
        }

        var list = CompileList(node.At("$each"), scope, out var name);
        CheckNesting(node.At("$each"), name);
        var outer = placeholders.Items;
        around.Add(name);
        placeholders.Items = list;
        TextTemplate? key = null;
        if (Has(node, "key"))
        {
            var at = node.At("key");
            key = new(at.Kind == NodeKind.Text ? CompileParts(at, at.Text, scope | Scope.Item) : []);
            if (at.Kind != NodeKind.Text)
            {
                problems.Add(at, $"A key is a text, \"{{item.field}}\" for one, not {at.KindInWords}.");
            }
        }

        Template item = new ListTemplate([]);
        var spreads = Has(node, "items");
        if (spreads)
        {
            item = CompileElements(node.At("items"), scope | Scope.Item);
            if (Has(node, "item") || Has(node, "key"))
            {
                problems.Add(node.At("items"), "With \"items\" there are several elements of a list for each; beside them is neither an \"item\" nor a \"key\".");
            }
        }
        else if (Has(node, "item"))
        {
            item = Compile(node.At("item"), scope | Scope.Item);
        }
        else
        {
            problems.Add(node, "The $each lacks its \"item\": what each element looks like.");
        }

        placeholders.Items = outer;
        around.RemoveAt(around.Count - 1);
        return new(name, list, item, key) { Spreads = spreads };
    }

    /// <summary>What "items" are: a list, or a $match of lists.</summary>
    private Template CompileElements(SourceNode node, Scope scope)
    {
        if (Has(node, "$match"))
        {
            return CompileMatch(node, new ListTemplate([]), scope, CompileElements);
        }

        if (node.Kind != NodeKind.List)
        {
            problems.Add(node, $"\"items\" is a list, or a $match whose cases are lists, not {node.KindInWords}: {{ \"$match\": \"{{item.rule}}\", \"missing\": [ …, … ], \"else\": [ … ] }}.");
            return new ListTemplate([]);
        }

        foreach (var each in node.Items.Where(i => Has(i, "$each")))
        {
            problems.Add(each, "The elements of \"items\" are as many as are written; no $each stands among them.");
        }

        return Compile(node, scope);
    }

    private void CheckNesting(SourceNode node, string name)
    {
        if (name.Length > 0 && around.Contains(name, StringComparer.Ordinal))
        {
            problems.Add(node, $"The $each around this one goes through {{{name}}} already.");
        }
        else if (around.Count >= DeepestEach)
        {
            problems.Add(node, "A $each stands in one other at most.");
        }
    }

    private WordList CompileList(SourceNode node, Scope scope, out string name)
    {
        name = node.Text is ['{', .. var between, '}'] ? between : "";
        if (Vocabulary.FindList(name) is not { } list)
        {
            var lists = Vocabulary.KnownLists.Append(Vocabulary.AttributePrefix + "NAME").Select(n => $"{{{n}}}").ToList();
            problems.Add(node, $"A $each goes through a list: {string.Join(", ", lists.Select(l => $"\"{l}\""))}, not {node.InWords}.{Nearest.Suggestion(node.Text, lists)}");
            return new(scope, null, _ => []);
        }

        placeholders.CheckScope(node, name, list.Scope, scope);
        return list;
    }

    private static string Quoted(string text)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        writer.WriteStringValue(text);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
