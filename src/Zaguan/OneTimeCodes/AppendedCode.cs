using System.Text;
using System.Text.RegularExpressions;

namespace Zaguan.OneTimeCodes;

/// <summary>
/// A client that cannot be changed has one field for what its user knows: the code stands behind the password, secret123456. A recovery code stands there with its
/// hyphens, as it was given: without them nobody could say where the password ends.
/// </summary>
internal static partial class AppendedCode
{
    /// <summary>Of recovery codes with their hyphens, the longer first: an old one may be the end of what looks like one of now.</summary>
    private static readonly int[] RecoveryCodeLengths = [.. OneTimeCode.RecoveryLetters.Select(letters => letters + (letters / OneTimeCode.RecoveryGroup) - 1)];

    /// <summary>How many bytes at the end are a code; null: none are, or there is nothing before them.</summary>
    public static int? LengthIn(ReadOnlySpan<byte> typed)
    {
        Span<char> end = stackalloc char[RecoveryCodeLengths[0]];
        foreach (var length in RecoveryCodeLengths)
        {
            // A code is ASCII; where the password ends in the middle of a letter, that is no code's either.
            if (typed.Length > length && Encoding.ASCII.TryGetChars(typed[^length..], end, out _) && RecoveryCode().IsMatch(end[..length]))
            {
                return length;
            }
        }

        return typed.Length > OneTimeCode.Digits && !typed[^OneTimeCode.Digits..].ContainsAnyExceptInRange((byte)'0', (byte)'9') ? OneTimeCode.Digits : null;
    }

    [GeneratedRegex(@"\A[A-Za-z2-7]{4}(-[A-Za-z2-7]{4}){3}((-[A-Za-z2-7]{4}){2})?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex RecoveryCode();
}
