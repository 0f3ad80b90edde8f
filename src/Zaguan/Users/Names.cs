using System.Text;

namespace Zaguan.Users;

/// <summary>How names and e-mail addresses are compared: trimmed, composed (NFC), ignoring case. One rule for storing and finding.</summary>
internal static class Names
{
    /// <summary>The longest user name or e-mail address that is stored, in characters.</summary>
    public const int Longest = 256;

    /// <summary>Upper case, because fewer letters are lost that way than in lower case (ς and σ are both Σ); composed again, because changing case can decompose.</summary>
    public static string Key(string name) => name.Trim().Normalize(NormalizationForm.FormC).ToUpperInvariant().Normalize(NormalizationForm.FormC);
}
