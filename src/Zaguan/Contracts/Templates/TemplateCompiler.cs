using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts.Templates;

/// <summary>A name, and where a placeholder uses it.</summary>
internal sealed record NameUse(string Name, bool HasDefault, SourceNode At);

/// <summary>JSON with placeholders → <see cref="Template"/>, or every problem with it.</summary>
/// <param name="request">The contract's fields, for {request.NAME}; null: there are none to name.</param>
internal sealed class TemplateCompiler(Problems problems, RequestRules? request = null)
{
    private const string OtherName = "else:";

    private readonly List<NameUse> uses = [];

    /// <summary>What the $each that is being compiled goes through.</summary>
    private WordList? items;

    /// <summary>Every use of every name that was compiled so far.</summary>
    public IReadOnlyList<NameUse> Uses => uses;

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

    private Template CompileMatch(SourceNode node, Scope scope)
    {
        var cases = new List<(string, Template)>();
        Template otherwise = new ConstantTemplate("null");
        foreach (var member in node.Members.Where(m => m.Name is not "$match"))
        {
            var value = Compile(member.Value, scope);
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

        var on = node.At("$match");
        if (on.Kind == NodeKind.Text && CompileParts(on, on.Text, scope) is [{ Placeholder: { } only }])
        {
            return new MatchTemplate(only, cases, otherwise);
        }

        if (on.Kind != NodeKind.Text || !on.Text.Contains('{', StringComparison.Ordinal))
        {
            problems.Add(on, $"A $match goes by one placeholder, \"{{user.active}}\" for one, not {on.InWords}.");
        }

        return otherwise;
    }

    private EachTemplate CompileEach(SourceNode node, Scope scope)
    {
        foreach (var unknown in node.Members.Where(m => m.Name is not ("$each" or "key" or "item")))
        {
            problems.Add(unknown.Value, $"A $each has \"$each\", \"item\" and perhaps \"key\", not \"{unknown.Name}\".");
        }

        var list = CompileList(node.At("$each"), scope, out var name);
        var outer = items;
        items = list;
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
        if (Has(node, "item"))
        {
            item = Compile(node.At("item"), scope | Scope.Item);
        }
        else
        {
            problems.Add(node, "The $each lacks its \"item\": what each element looks like.");
        }

        items = outer;
        return new(name, list, item, key);
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

        if ((list.Scope & scope) == Scope.None)
        {
            problems.Add(node, $"{{{name}}} is known only in {Vocabulary.InWords(list.Scope)}.");
        }

        return list;
    }

    /// <param name="written">What stands between the braces.</param>
    public Placeholder? CompilePlaceholder(SourceNode node, string written, Scope scope)
    {
        var pieces = written.Split('|');
        var name = pieces[0];
        if (Vocabulary.IsList(name))
        {
            problems.Add(node, $"{{{name}}} is a list; go through it with {{ \"$each\": \"{{{name}}}\", \"item\": … }}.");
            return null;
        }

        if (Vocabulary.Find(name, request, items) is not { } known)
        {
            problems.Add(node, UnknownInWords(name));
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
        var placeholder = new Placeholder(written, name, known.Kind, known.Read);
        foreach (var piece in pieces.Skip(1))
        {
            placeholder = piece.StartsWith(OtherName, StringComparison.Ordinal) ? CompileOther(node, piece[OtherName.Length..], placeholder, scope) : CompileFilter(node, piece, placeholder);
        }

        return placeholder;
    }

    private string UnknownInWords(string name)
    {
        if (name.StartsWith(Vocabulary.RequestPrefix, StringComparison.Ordinal))
        {
            return $"{{{name}}} is not known: the request has no such field under \"fields\".";
        }

        if (name.StartsWith(Vocabulary.GeneratedPrefix, StringComparison.Ordinal) || name.StartsWith(Vocabulary.RandomPrefix, StringComparison.Ordinal))
        {
            return $"{{{name}}} is not known; what is made of chance is called uuid, traceparent, hex and lettersN with a number of characters from 1 to 128 (hex32, letters40).";
        }

        return items is null && (name is Vocabulary.ItemName || name.StartsWith(Vocabulary.ItemName + ".", StringComparison.Ordinal))
            ? $"{{{name}}} is known only in {Vocabulary.InWords(Scope.Item)}."
            : $"{{{name}}} is not known.{Nearest.Suggestion(name, Vocabulary.KnownNames.Concat(items?.ItemNames?.Keys.Select(i => $"item.{i}") ?? []))}";
    }

    /// <summary>{request.id|else:generated.uuid}: another name's value where this one's is null.</summary>
    private Placeholder CompileOther(SourceNode node, string name, Placeholder first, Scope scope)
    {
        if (CompilePlaceholder(node, name, scope) is not { } other)
        {
            return first;
        }

        return first with
        {
            Kind = first.Kind == other.Kind ? first.Kind : null,
            Read = values => first.Read(values) is { Kind: not ValueKind.Null } value ? value : other.Read(values),
            // Which of the two it was nobody can tell.
            Unfilter = static _ => null,
        };
    }

    private Placeholder CompileFilter(SourceNode node, string written, Placeholder inner)
    {
        var (kind, read, unfilter) = (inner.Kind, inner.Read, inner.Unfilter);
        var colon = written.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? written : written[..colon];
        var argument = colon < 0 ? null : written[(colon + 1)..];
        if (Filters.Find(name) is not { } filter)
        {
            problems.Add(node, $"The filter \"{name}\" is not known.{Nearest.Suggestion(name, Filters.Names.Append("else"))}");
            return inner;
        }

        if (filter.TakesArgument != argument is not null)
        {
            problems.Add(node, filter.TakesArgument ? $"The filter \"{name}\" lacks its argument: {{…|{name}:…}}." : $"The filter \"{name}\" takes no argument.");
            return inner;
        }

        if (argument is not null && filter.ObjectionTo?.Invoke(argument) is { } objection)
        {
            problems.Add(node, objection);
            return inner;
        }

        if (filter.Takes is { } taken && kind != taken)
        {
            problems.Add(node, $"The filter \"{name}\" is for {(taken == ValueKind.Instant ? "an instant, {now} for one" : "a number, {token.expiresIn} for one")}, and nothing else.");
            return inner;
        }

        return inner with
        {
            Kind = filter.Gives ?? (name is "default" && kind != ValueKind.Text ? null : kind),
            // Of what is not there only "default" makes something.
            Read = filter.Takes is null ? values => filter.Apply(read(values), argument) : values => read(values) is { Kind: not ValueKind.Null } value ? filter.Apply(value, argument) : Value.Null,
            Unfilter = filter.Reverse is { } reverse ? value => value.ValueKind == JsonValueKind.Null ? value : reverse(value, kind, argument) is { } before ? unfilter(before) : null : static _ => null,
        };
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
