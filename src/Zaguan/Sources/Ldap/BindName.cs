using System.Buffers;
using System.Globalization;
using System.Text;

namespace Zaguan.Sources.Ldap;

/// <summary>The template of the names under which users bind.</summary>
internal sealed class BindName
{
    /// <summary>
    /// No account of Active Directory has these in its name (Microsoft Learn, "sAMAccountName"), and each could make of a name another kind of one: the directory
    /// tries what it is given as a distinguished name, as name@domain, as DOMAIN\name, as domain/folder/name ([MS-ADTS] §5.1.1.1.1).
    /// </summary>
    private static readonly SearchValues<char> NobodyHas = SearchValues.Create("\"/\\[]:;|=,+*?<>@");

    /// <summary>RFC 4514 §2.4.</summary>
    private static readonly SearchValues<char> EscapedInDistinguishedNames = SearchValues.Create("\"+,;<>\\=");

    private readonly string template;
    private readonly bool isDistinguishedName;

    private BindName(string template)
    {
        this.template = template;
        isDistinguishedName = template.Contains('=', StringComparison.Ordinal);
    }

    /// <summary>Null: there is an objection.</summary>
    public static BindName? Compile(string template, out string? objection)
    {
        const string Forms = "\"BindAs\" is \"{username}@clinica.example\", \"CLINICA\\\\{username}\" (in JSON with two backslashes) or a distinguished name such as \"uid={username},ou=people,dc=clinica,dc=example\"";
        var rest = template.Replace(LoginName.UsernamePlaceholder, "", StringComparison.Ordinal).Replace(LoginName.IdentifierPlaceholder, "", StringComparison.Ordinal);
        objection = !LoginName.IsIn(template) || rest.AsSpan().ContainsAny('{', '}') || !(rest.Contains('=', StringComparison.Ordinal) || IsWithDomain(template))
            ? $"{Forms}, not \"{template}\"."
            : null;
        return objection is null ? new(template) : null;
    }

    /// <summary>Null: with such a name the template would mean something else, so it is nobody's.</summary>
    public string? For(LoginName name)
    {
        if (IsNobodys(name.Username) || IsNobodys(name.Identifier))
        {
            return null;
        }

        return isDistinguishedName ? name.Fill(template, EscapeForDistinguishedName) : name.Fill(template, n => n);
    }

    /// <summary>As RFC 4514 §2.4 says.</summary>
    public static string EscapeForDistinguishedName(string value)
    {
        var escaped = new StringBuilder(value.Length + 8);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (c == '\0')
            {
                escaped.Append("\\00");
                continue;
            }

            if (EscapedInDistinguishedNames.Contains(c) || (i == 0 && c is ' ' or '#') || (i == value.Length - 1 && c == ' '))
            {
                escaped.Append('\\');
            }

            escaped.Append(c);
        }

        return escaped.ToString();
    }

    private bool IsNobodys(string name) => name.Length == 0 || name.Any(char.IsControl) || (!isDistinguishedName && name.AsSpan().ContainsAny(NobodyHas));

    /// <summary>One name, and one domain behind an at sign or before a backslash.</summary>
    private static bool IsWithDomain(string template)
    {
        var name = template.Contains(LoginName.UsernamePlaceholder, StringComparison.Ordinal) ? LoginName.UsernamePlaceholder : LoginName.IdentifierPlaceholder;
        var domain = template.StartsWith(name, StringComparison.Ordinal) ? template[name.Length..].TrimStart('@') : template[..^name.Length].TrimEnd('\\');
        return domain.Length > 0 && !domain.AsSpan().ContainsAny(NobodyHas) && !domain.Any(c => char.IsWhiteSpace(c) || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.Control)
            && (string.Equals(template, $"{name}@{domain}", StringComparison.Ordinal) || string.Equals(template, $"{domain}\\{name}", StringComparison.Ordinal));
    }
}
