using System.Text.RegularExpressions;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Documents;

/// <summary>What no line of the product does, whoever writes it.</summary>
public sealed partial class SourceTests
{
    private static IEnumerable<(string File, string Text)> Sources => Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
        .Select(f => (Path.GetRelativePath(Repository.Root, f).Replace('\\', '/'), File.ReadAllText(f)));

    [Fact]
    public void Chance_comes_from_the_operating_system_alone()
    {
        Sources.Where(s => OtherChance().IsMatch(s.Text)).Select(s => s.File).ShouldBeEmpty();
        // The analyzers see to it already.
        File.ReadAllText(Path.Combine(Repository.Root, "BannedSymbols.txt")).ShouldContain("T:System.Random;");
        Sources.Count(s => s.Text.Contains("RandomNumberGenerator", StringComparison.Ordinal)).ShouldBeGreaterThan(5);
    }

    [Fact]
    public void Broken_digests_are_computed_for_passwords_of_old_systems_alone() =>
        Sources.Where(s => OldDigest().IsMatch(s.Text) && !s.File.StartsWith("src/Zaguan/Passwords/", StringComparison.Ordinal)).Select(s => s.File).ShouldBeEmpty();

    [Fact]
    public void Nothing_that_is_kept_is_encrypted_but_by_AES_in_GCM() =>
        Sources.Where(s => OtherCipher().IsMatch(s.Text)).Select(s => s.File).Order(StringComparer.Ordinal)
            // The one reads what an old system encrypted, the other makes the hash that Firebase makes of a password.
            .ShouldBe(["src/Zaguan/Passwords/Formats/ClearFormats.cs", "src/Zaguan/Passwords/Formats/FirebaseFormat.cs"]);

    [GeneratedRegex(@"\bnew Random\b|\bRandom\.Shared\b|\bGetRandomFileName\b", RegexOptions.NonBacktracking)]
    private static partial Regex OtherChance();

    [GeneratedRegex(@"\b(MD5|SHA1|HMACMD5|HMACSHA1)\.(HashData|Create|TryHashData)\b|HashAlgorithmName\.(MD5|SHA1)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OldDigest();

    [GeneratedRegex(@"\b(Aes|DES|TripleDES|RC2)\.Create\b|\bnew (AesCcm|RijndaelManaged|AesManaged)\b", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex OtherCipher();
}
