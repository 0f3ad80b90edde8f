using System.Text.Json;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;

namespace Zaguan.Contracts.Templates;

/// <summary>A name, and where a placeholder uses it.</summary>
internal sealed record NameUse(string Name, bool HasDefault, SourceNode At);

/// <summary>What stands between two braces → <see cref="Placeholder"/>, or every problem with it.</summary>
/// <param name="request">The contract's fields, for {request.NAME}; null: there are none to name.</param>
internal sealed class PlaceholderCompiler(Problems problems, RequestRules? request)
{
    private const string OtherName = "else:";

    /// <summary>More than anybody needs: each one calls the one before it.</summary>
    private const int MostFilters = 8;

    private readonly List<NameUse> uses = [];

    /// <summary>Every use of every name that was compiled so far.</summary>
    public IReadOnlyList<NameUse> Uses => uses;

    /// <summary>What the $each that is being compiled goes through.</summary>
    public WordList? Items { get; set; }

    /// <summary>What is being compiled is the answer inactive, and the policy gives it without a look at the password.</summary>
    public bool IsToldToAnybody { get; set; }

    /// <param name="written">What stands between the braces.</param>
    public Placeholder? Compile(SourceNode node, string written, Scope scope)
    {
        var pieces = written.Split('|');
        var name = pieces[0];
        if (Vocabulary.IsList(name))
        {
            problems.Add(node, $"{{{name}}} is a list; go through it with {{ \"$each\": \"{{{name}}}\", \"item\": … }}.");
            return null;
        }

        if (Vocabulary.Find(name, request, Items) is not { } known)
        {
            problems.Add(node, UnknownInWords(name));
            return null;
        }

        if (!CheckScope(node, name, known.Scope, scope))
        {
            return null;
        }

        if (name.StartsWith(Vocabulary.RequestPrefix, StringComparison.Ordinal) && request?.Named(name[Vocabulary.RequestPrefix.Length..]) is { IsSecret: true })
        {
            problems.Add(node, $"{{{name}}} is a client's secret (\"basic:password\"); nothing says it back, and nothing depends on it.");
            return null;
        }

        if (name.StartsWith(Vocabulary.SettingPrefix, StringComparison.Ordinal) && Vocabulary.ObjectionToSetting(name[Vocabulary.SettingPrefix.Length..]) is { } objection)
        {
            problems.Add(node, objection);
        }

        uses.Add(new(name, pieces.Skip(1).Any(p => p.StartsWith("default:", StringComparison.Ordinal)), node));
        var placeholder = new Placeholder(written, name, known.Kind, known.Read);
        if (pieces.Length - 1 > MostFilters)
        {
            problems.Add(node, $"A placeholder has at most {MostFilters} filters, not {pieces.Length - 1}.");
            return placeholder;
        }

        foreach (var piece in pieces.Skip(1))
        {
            placeholder = piece.StartsWith(OtherName, StringComparison.Ordinal) ? CompileOther(node, piece[OtherName.Length..], placeholder, scope) : CompileFilter(node, piece, placeholder);
        }

        return placeholder;
    }

    /// <summary>Whether a name of one scope may stand in another; where it may not, that is told.</summary>
    public bool CheckScope(SourceNode node, string name, Scope known, Scope here)
    {
        if ((known & here) != Scope.None)
        {
            return true;
        }

        problems.Add(node, IsToldToAnybody && known.HasFlag(Scope.Inactive)
            ? $"{{{name}}} is not known here: by the policy \"inactiveBeforePassword\" anybody is answered this, whatever the password is. Leave it out, or the policy."
            : $"{{{name}}} is known only in {Vocabulary.InWords(known)}.");
        return false;
    }

    private string UnknownInWords(string name)
    {
        if (name.StartsWith(Vocabulary.RequestPrefix, StringComparison.Ordinal))
        {
            return $"{{{name}}} is not known: the request has no such field under \"fields\".";
        }

        if (name.StartsWith(Vocabulary.GeneratedPrefix, StringComparison.Ordinal) || name.StartsWith(Vocabulary.RandomPrefix, StringComparison.Ordinal))
        {
            return $"{{{name}}} is not known; what is made of chance is called uuid, traceparent, hexN and lettersN with a number of characters from 1 to 128 (hex32, letters40).";
        }

        return Items is null && (name is Vocabulary.ItemName || name.StartsWith(Vocabulary.ItemName + ".", StringComparison.Ordinal))
            ? $"{{{name}}} is known only in {Vocabulary.InWords(Scope.Item)}."
            : $"{{{name}}} is not known.{Nearest.Suggestion(name, Vocabulary.KnownNames.Concat(Items?.ItemNames?.Keys.Select(i => $"item.{i}") ?? []))}";
    }

    /// <summary>{request.id|else:generated.uuid}: another name's value where this one's is null.</summary>
    private Placeholder CompileOther(SourceNode node, string name, Placeholder first, Scope scope)
    {
        if (Compile(node, name, scope) is not { } other)
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
}
