using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Zaguan.Login;

namespace Zaguan.Sources.Ldap;

/// <summary>What a directory's refusal of a password means.</summary>
/// <param name="Outcome">Not understood: nobody knows whether the password was right.</param>
/// <param name="Code">Active Directory's own, of which the table knows some; for the log.</param>
internal sealed partial record BindRefusal(Outcome Outcome, string? Code)
{
    public static readonly BindRefusal NotUnderstood = new(Outcome.SourceUnclear, Code: null);

    /// <summary>
    /// Active Directory says "invalid credentials" of every refusal, and the reason in the diagnostic message, "… data 52e, …":
    /// the Windows error in hexadecimal (winerror.h, [MS-ERREF] §2.2).
    /// </summary>
    private static readonly FrozenDictionary<string, Outcome> Codes = new Dictionary<string, Outcome>(StringComparer.OrdinalIgnoreCase)
    {
        ["525"] = Outcome.UnknownUser, // ERROR_NO_SUCH_USER
        ["52e"] = Outcome.WrongPassword, // ERROR_LOGON_FAILURE
        ["530"] = Outcome.Inactive, // ERROR_INVALID_LOGON_HOURS
        ["531"] = Outcome.Inactive, // ERROR_INVALID_WORKSTATION
        ["532"] = Outcome.PasswordExpired, // ERROR_PASSWORD_EXPIRED
        ["533"] = Outcome.Inactive, // ERROR_ACCOUNT_DISABLED
        ["701"] = Outcome.Inactive, // ERROR_ACCOUNT_EXPIRED
        ["773"] = Outcome.PasswordMustChange, // ERROR_PASSWORD_MUST_CHANGE
        ["775"] = Outcome.LockedAtSource, // ERROR_ACCOUNT_LOCKED_OUT
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <param name="diagnostic">What came with "invalid credentials".</param>
    public static BindRefusal Of(string? diagnostic)
    {
        if (CodePattern().Match(diagnostic ?? "") is not { Success: true } match)
        {
            // Other directories say no more than that name and password do not fit ([RFC 4511] appendix A.2).
            return new(Outcome.WrongPassword, Code: null);
        }

        var code = match.Groups["code"].Value;
        return new(Codes.GetValueOrDefault(code, Outcome.SourceUnclear), code);
    }

    [GeneratedRegex(@"\bdata (?<code>[0-9a-f]{1,8})\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex CodePattern();
}
