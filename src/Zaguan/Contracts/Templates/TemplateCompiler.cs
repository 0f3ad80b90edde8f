using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Reading;

namespace Zaguan.Contracts.Templates;

/// <summary>A setting of the application that a contract names.</summary>
internal sealed record SettingUse(string Name, bool HasDefault);

/// <summary>JSON with placeholders → <see cref="Template"/>, or every problem with it. One per contract: it gathers the settings that are named.</summary>
internal sealed class TemplateCompiler(Problems problems)
{
    private readonly List<SettingUse> settings = [];

    public IReadOnlyList<SettingUse> Settings => settings;

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

    private ObjectTemplate CompileObject(SourceNode node, Scope scope)
    {
        if (IsEach(node))
        {
            problems.Add(node, "A $each stands as an element of a list: [ { \"$each\": …, \"item\": … } ].");
        }
        else if (node.Members.FirstOrDefault(m => m.Name.StartsWith('$')) is { } dollar)
        {
            problems.Add(dollar.Value, $"\"{dollar.Name}\" is not known; an object that begins with $ is $each.{Nearest.Suggestion(dollar.Name, ["$each"])}");
        }

        return new ObjectTemplate([.. node.Members.Select(m => CompileMember(m, scope))]);
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

        if (!node.Members.Any(m => string.Equals(m.Name, "item", StringComparison.Ordinal)))
        {
            problems.Add(node, "The $each lacks its \"item\": what each element looks like.");
        }

        var item = Compile(node.At("item"), scope | Scope.Item);
        var written = node.At("$each");
        var name = written.Text.Trim('{', '}');
        if (Vocabulary.FindList(name) is not { } list)
        {
            problems.Add(written, $"A $each goes through a list: {string.Join(", ", Vocabulary.KnownLists.Select(n => $"\"{{{n}}}\""))}, not \"{written.Text}\".{Nearest.Suggestion(name, Vocabulary.KnownLists)}");
            return new(_ => [], item);
        }

        if ((list.Scope & scope) == Scope.None)
        {
            problems.Add(written, $"{{{name}}} is known only in {Vocabulary.InWords(list.Scope)}.");
        }

        return new(list.Read, item);
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

        if (name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal))
        {
            settings.Add(new(name[Vocabulary.SettingPrefix.Length..], pieces.Skip(1).Any(p => p.StartsWith("default:", StringComparison.Ordinal))));
        }

        var read = known.Read;
        foreach (var piece in pieces.Skip(1))
        {
            read = CompileFilter(node, piece, read);
        }

        return new(written, name, read);
    }

    private Func<AnswerValues, Value> CompileFilter(SourceNode node, string written, Func<AnswerValues, Value> inner)
    {
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? written : written[..colon];
        var argument = colon < 0 ? null : written[(colon + 1)..];
        if (Filters.Find(name) is not { } filter)
        {
            problems.Add(node, $"The filter \"{name}\" is not known.{Nearest.Suggestion(name, Filters.Names)}");
            return inner;
        }

        if (filter.TakesArgument != argument is not null)
        {
            problems.Add(node, filter.TakesArgument ? $"The filter \"{name}\" lacks its argument: {{…|{name}:…}}." : $"The filter \"{name}\" takes no argument.");
            return inner;
        }

        return values => filter.Apply(inner(values), argument);
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
