using System.DirectoryServices.Protocols;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Zaguan.Users;

namespace Zaguan.Sources.Ldap;

/// <summary>The template of the filter that finds a user.</summary>
internal sealed partial class SearchFilter
{
    private readonly string template;

    private SearchFilter(string template, IReadOnlyList<(string Attribute, string Value)> terms)
    {
        this.template = template;
        Terms = terms;
    }

    /// <summary>The equalities in which a name stands.</summary>
    public IReadOnlyList<(string Attribute, string Value)> Terms { get; }

    /// <summary>Null: there is an objection.</summary>
    public static SearchFilter? Compile(string template, out string? objection)
    {
        var terms = TermPattern().Matches(template).Select(m => (Attribute: m.Groups["attribute"].Value, Value: m.Groups["value"].Value)).ToList();
        var rest = TermPattern().Replace(template, "()");
        objection =
            terms.Count == 0 || LoginName.IsIn(rest) ? $"A filter finds a user by his name, {LoginName.UsernamePlaceholder}, in an equality: \"(sAMAccountName={{username}})\", not \"{template}\"."
            : terms.Exists(t => t.Value.Contains('*', StringComparison.Ordinal)) ? $"A filter finds one user: a name stands in it without \"*\", not as in \"{template}\"."
            : !IsBalanced(template) ? $"The parentheses of \"{template}\" do not match; a filter is \"(sAMAccountName={{username}})\" or \"(&(objectClass=user)(sAMAccountName={{username}}))\"."
            : null;
        return objection is null ? new(template, terms) : null;
    }

    public string For(LoginName name) => name.Fill(template, Escape);

    /// <summary>
    /// The name under which an entry was found, spelt as it is there. Null: it was found by another spelling than is one here. Active Directory takes "nunez" for
    /// "núñez"; for us these are two people, with a budget each, and one could come in as the other.
    /// </summary>
    public string? NameIn(SearchResultEntry entry, LoginName name)
    {
        foreach (var (attribute, template) in Terms)
        {
            var asked = Names.TryKey(name.Fill(template, n => n));
            foreach (var value in EntryReader.Texts(entry, attribute))
            {
                if (asked is not null && string.Equals(Names.TryKey(value), asked, StringComparison.Ordinal))
                {
                    return template is LoginName.UsernamePlaceholder ? value : name.Username;
                }
            }
        }

        return null;
    }

    /// <summary>As RFC 4515 §3 says, and control characters too.</summary>
    public static string Escape(string value)
    {
        var escaped = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (c is '*' or '(' or ')' or '\\' || c < ' ' || c == '\x7f')
            {
                escaped.Append('\\').Append(((int)c).ToString("x2", CultureInfo.InvariantCulture));
            }
            else
            {
                escaped.Append(c);
            }
        }

        return escaped.ToString();
    }

    /// <summary>One filter in parentheses. A parenthesis within a value is written \28 or \29.</summary>
    private static bool IsBalanced(string template)
    {
        var depth = 0;
        for (var i = 0; i < template.Length; i++)
        {
            depth += template[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth < 0 || (depth == 0 && i < template.Length - 1))
            {
                return false;
            }
        }

        return depth == 0;
    }

    [GeneratedRegex(@"\((?<attribute>[A-Za-z][A-Za-z0-9.-]*)=(?<value>[^()]*\{(username|identifier)\}[^()]*)\)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex TermPattern();
}
