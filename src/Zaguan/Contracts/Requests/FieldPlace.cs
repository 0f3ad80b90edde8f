using System.Text.RegularExpressions;
using Zaguan.Reading;

namespace Zaguan.Contracts.Requests;

internal enum PlaceKind
{
    /// <summary>Where the contract's fields stand: the body, the query or the credentials, by its "from".</summary>
    Source,
    Header,
    Query,

    /// <summary>The credentials of an Authorization header, beside a body: those of an OAuth client (RFC 6749 §2.3.1).</summary>
    Basic,
}

/// <summary>Where a field may stand.</summary>
/// <param name="Path">The names from the outermost to the field's own; one but for a body.</param>
internal sealed record FieldPlace(PlaceKind Kind, IReadOnlyList<string> Path)
{
    public string Written => string.Join('.', Path);

    /// <summary>The half of Basic credentials that nobody is told.</summary>
    public bool IsSecret => Kind == PlaceKind.Basic && Path[0] is Places.BasicPassword;

    public static FieldPlace Of(string written) => written.Split(':', 2) switch
    {
        [Places.Header, var name] => new(PlaceKind.Header, [name]),
        [Places.Query, var name] => new(PlaceKind.Query, [name]),
        [Places.Basic, var name] => new(PlaceKind.Basic, [name]),
        _ => new(PlaceKind.Source, written.Split('.')),
    };
}

/// <summary>How the place of a field is written.</summary>
internal static partial class Places
{
    public const string Header = "header";
    public const string Query = "query";
    public const string Basic = "basic";
    public const string BasicUser = "user";
    public const string BasicPassword = "password";

    /// <summary>What editors check. A name of a body may have a colon in it (JSF) and a dollar sign (Web Forms).</summary>
    public const string Form = @"^(header:[A-Za-z0-9._-]{1,64}|query:[A-Za-z0-9_:$-]{1,64}|basic:(user|password)|[\p{L}\p{N}_:$-]{1,64}(\.[\p{L}\p{N}_:$-]{1,64}){0,7})$";

    /// <summary>What is wrong with a place; null: nothing is.</summary>
    public static string? ObjectionTo(string written)
    {
        // A name of a body that begins like another place would be taken for it by whoever reads the contract.
        var isPrefixed = written.Split(':', 2) is [var prefix, _] && (prefix.Equals(Header, StringComparison.OrdinalIgnoreCase) || prefix.Equals(Query, StringComparison.OrdinalIgnoreCase) || prefix.Equals(Basic, StringComparison.OrdinalIgnoreCase));
        var isPlace = isPrefixed ? PrefixedForm().IsMatch(written) : PlaceForm().IsMatch(written);
        if (isPlace && !written.EndsWith('\n'))
        {
            return null;
        }

        var odd = written.StartsWith($"{Header}:", StringComparison.Ordinal) ? written[(Header.Length + 1)..].FirstOrDefault(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')) : default;
        return odd != default
            ? $"A header that holds a field is called by letters, digits, dots, hyphens and _, not by '{odd}': \"{written}\"."
            : $"A field is the name of a member of the body, or where members lie in members, the names with dots between them (\"params.user\"); or header:NAME, query:NAME, basic:user or basic:password. Not \"{written}\".";
    }

    [GeneratedRegex(Form, RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex PlaceForm();

    [GeneratedRegex("^(header:[A-Za-z0-9._-]{1,64}|query:[A-Za-z0-9_:$-]{1,64}|basic:(user|password))$", RegexOptions.ExplicitCapture, Timeout.Infinite)]
    private static partial Regex PrefixedForm();
}

/// <summary>The place of a field.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class PlaceAttribute() : FormAttribute(Places.Form, "{0}")
{
    public override string? Objection(object value) => value is string written ? Places.ObjectionTo(written) : null;
}
