using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Reading;

namespace Zaguan.Contracts.Templates;

/// <summary>A name, and where a placeholder uses it.</summary>
internal sealed record NameUse(string Name, bool HasDefault, SourceNode At);

/// <summary>JSON with placeholders → <see cref="Template"/>, or every problem with it.</summary>
internal sealed class TemplateCompiler(Problems problems)
{
    private readonly List<NameUse> uses = [];

    /// <summary>Every use of every name that was compiled so far.</summary>
    public IReadOnlyList<NameUse> Uses => uses;

    public Template Compile(SourceNode node, Scope scope) => node.Kind switch
    {
        NodeKind.Text => CompileText(node, scope),
        NodeKind.Object => CompileObject(node, scope),
        NodeKind.List => new ListTemplate([.. node.Items.Select(i => IsEach(i) ? CompileEach(i, scope) : Compile(i, scope))]),
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
        if (IsEach(node))
        {
            problems.Add(node, "A $each stands as an element of a list: [ { \"$each\": …, \"item\": … } ].");
            return new([]);
        }

        if (node.Members.FirstOrDefault(m => m.Name.StartsWith('$')) is { } dollar)
        {
            problems.Add(dollar.Value, $"\"{dollar.Name}\" is not known; an object that begins with $ is $each.{Nearest.Suggestion(dollar.Name, ["$each"])}");
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
        if (optional && value is not PlaceholderTemplate)
        {
            problems.Add(member.Value, $"The key \"{member.Name}\" is left out when its value is null, so its value is one placeholder.");
        }

        return new(optional ? member.Name[..^1] : member.Name, optional, value);
    }

    private static bool IsEach(SourceNode node) =>
        node.Kind == NodeKind.Object && node.Members.Any(m => string.Equals(m.Name, "$each", StringComparison.Ordinal));

    private EachTemplate CompileEach(SourceNode node, Scope scope)
    {
        foreach (var unknown in node.Members.Where(m => m.Name is not ("$each" or "item")))
        {
            problems.Add(unknown.Value, $"A $each has \"$each\" and \"item\", not \"{unknown.Name}\".");
        }

        Template item = new ListTemplate([]);
        if (node.Members.FirstOrDefault(m => string.Equals(m.Name, "item", StringComparison.Ordinal)) is { } written)
        {
            item = Compile(written.Value, scope | Scope.Item);
        }
        else
        {
            problems.Add(node, "The $each lacks its \"item\": what each element looks like.");
        }

        return new(CompileList(node.At("$each"), scope), item);
    }

    private Func<AnswerValues, IReadOnlyList<string>> CompileList(SourceNode node, Scope scope)
    {
        var name = node.Text is ['{', .. var between, '}'] ? between : "";
        if (Vocabulary.FindList(name) is not { } list)
        {
            var lists = Vocabulary.KnownLists.Select(n => $"{{{n}}}").ToList();
            problems.Add(node, $"A $each goes through a list: {string.Join(", ", lists.Select(l => $"\"{l}\""))}, not {node.InWords}.{Nearest.Suggestion(node.Text, lists)}");
            return _ => [];
        }

        if ((list.Scope & scope) == Scope.None)
        {
            problems.Add(node, $"{{{name}}} is known only in {Vocabulary.InWords(list.Scope)}.");
        }

        return list.Read;
    }

    private Placeholder? CompilePlaceholder(SourceNode node, string written, Scope scope)
    {
        var pieces = written.Split('|');
        var name = pieces[0];
        if (Vocabulary.IsList(name))
        {
            problems.Add(node, $"{{{name}}} is a list; go through it with {{ \"$each\": \"{{{name}}}\", \"item\": … }}.");
            return null;
        }

        if (Vocabulary.Find(name) is not { } known)
        {
            problems.Add(node, $"{{{name}}} is not known.{Nearest.Suggestion(name, Vocabulary.KnownNames)}");
            return null;
        }

        if ((known.Scope & scope) == Scope.None)
        {
            problems.Add(node, $"{{{name}}} is known only in {Vocabulary.InWords(known.Scope)}.");
            return null;
        }

        if (name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal) && Vocabulary.ObjectionToSetting(name[Vocabulary.SettingPrefix.Length..]) is { } objection)
        {
            problems.Add(node, objection);
        }

        uses.Add(new(name, pieces.Skip(1).Any(p => p.StartsWith("default:", StringComparison.Ordinal)), node));
        var (kind, read) = (known.Kind, known.Read);
        foreach (var piece in pieces.Skip(1))
        {
            (kind, read) = CompileFilter(node, piece, kind, read);
        }

        return new(written, name, kind, read);
    }

    private (ValueKind? Kind, Func<AnswerValues, Value> Read) CompileFilter(SourceNode node, string written, ValueKind? kind, Func<AnswerValues, Value> inner)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? written : written[..colon];
        var argument = colon < 0 ? null : written[(colon + 1)..];
        if (Filters.Find(name) is not { } filter)
        {
            problems.Add(node, $"The filter \"{name}\" is not known.{Nearest.Suggestion(name, Filters.Names)}");
            return (kind, inner);
        }

        if (filter.TakesArgument != argument is not null)
        {
            problems.Add(node, filter.TakesArgument ? $"The filter \"{name}\" lacks its argument: {{…|{name}:…}}." : $"The filter \"{name}\" takes no argument.");
            return (kind, inner);
        }

        if (filter.Takes is { } taken && kind != taken)
        {
            problems.Add(node, $"The filter \"{name}\" is for an instant, {{now}} for one, and nothing else.");
            return (kind, inner);
        }

        return (filter.Gives ?? kind, values => filter.Apply(inner(values), argument));
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
