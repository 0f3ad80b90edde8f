using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.OneTimeCodes;

/// <summary>
/// A client that cannot be changed has one field for what its user knows: the code stands behind the password, secret123456. A recovery code stands there with its
/// hyphens, as it was given: without them nobody could say where the password ends.
/// </summary>
internal static partial class AppendedCode
{
    private const int LongestCode = 19;

    /// <summary>How many bytes at the end are a code; null: none are, or there is nothing before them.</summary>
    public static int? LengthIn(ReadOnlySpan<byte> typed)
    {
        // A code is ASCII; where the password ends in the middle of a letter, that is no code's either.
        Span<char> end = stackalloc char[LongestCode];
        if (typed.Length > LongestCode && Encoding.ASCII.TryGetChars(typed[^LongestCode..], end, out _) && RecoveryCode().IsMatch(end))
        {
            return LongestCode;
        }

        return typed.Length > OneTimeCode.Digits && !typed[^OneTimeCode.Digits..].ContainsAnyExceptInRange((byte)'0', (byte)'9') ? OneTimeCode.Digits : null;
    }

    [GeneratedRegex(@"\A[A-Za-z2-7]{4}(-[A-Za-z2-7]{4}){3}\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RecoveryCode();
}
