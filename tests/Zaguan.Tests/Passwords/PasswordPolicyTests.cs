using System.Security.Cryptography;
using System.Text;
using Zaguan.Login;
using Zaguan.Passwords;

namespace Zaguan.Tests.Passwords;

public sealed class PasswordPolicyTests
{
    private const string Common = "among the first that anybody tries";
    private const string Own = "the user's own names";
    private const string Piece = "one short piece";
    private const string House = "words that anybody here knows";

    [Theory]
    [InlineData("el zaguán de mi casa", "")]
    [InlineData("doce letras.", "")]
    [InlineData("once letra.", "at least 12 characters; this one has 11")]
    // Eleven characters, whatever they are made of.
    [InlineData("\U0001F511\U0001F511\U0001F512\U0001F511\U0001F511\U0001F512\U0001F511\U0001F513\U0001F511\U0001F511\U0001F513", "at least 12 characters; this one has 11")]
    // Composed, it has eleven.
    [InlineData("n\u0303a n\u0303e n\u0303i n\u0303o", "at least 12 characters; this one has 11")]
    [InlineData("passwordpassword", Common)]
    [InlineData("PASSWORDpassword", Common)]
    [InlineData("1234567890QWERTYUIOP", Common)]
    [InlineData("123456123456", Common)]
    [InlineData("zqzqzqzqzqzqzq", Piece)]
    [InlineData("zzzzzzzzzzzzzz", Piece)]
    [InlineData("María García 2024", Own)]
    [InlineData("mariagarcia1985!", Own)]
    [InlineData("mgarcia.clinica.pe", "")]
    [InlineData("MGarcia-MGarcia-1", Own)]
    [InlineData("garciagarciagarcia", Own)]
    [InlineData("garcía come manzanas", "")]
    public void What_is_long_enough_and_not_everybodys_nor_the_users_own_is_taken(string password, string objection)
    {
        var objections = Objections(new(), password);

        if (objection.Length == 0)
        {
            objections.ShouldBeEmpty();
        }
        else
        {
            objections.ShouldContain(o => o.Contains(objection));
        }
    }

    [Theory]
    [InlineData("clinica-2026-sanjuan", House)]
    [InlineData("Clínica San Juan", House)]
    [InlineData("KARDEXKARDEX123", House)]
    [InlineData("MGarcia.Kardex.1", House)]
    [InlineData("zaguan zaguan 1", House)]
    // Hers alone: it is told as that.
    [InlineData("mariagarcia1985!", Own)]
    [InlineData("el kardex de mañana", "")]
    [InlineData("juana come manzanas", "")]
    public void What_is_made_of_words_of_the_house_is_not_taken(string password, string objection)
    {
        var objections = Objections(new() { HouseWords = ["Clínica San Juan", "kardex"] }, password);

        objections.Select(o => new[] { House, Own }.FirstOrDefault(w => o.Contains(w, StringComparison.Ordinal)) ?? o).ShouldBe(objection.Length == 0 ? [] : [objection]);
    }

    [Fact]
    public void What_Unicode_gives_to_nobody_is_no_password() => Objections(new(), "doce letras y \uFFFE").ShouldHaveSingleItem().ShouldContain("U+FFFE");

    [Fact]
    public void Every_objection_is_told_at_once() => Objections(new() { Shortest = 20 }, "passwordpassword").Count.ShouldBe(2);

    [Fact]
    public void A_password_of_more_than_the_most_is_not_taken()
    {
        Objections(new(), Random(256)).ShouldBeEmpty();
        Objections(new(), Random(257)).ShouldHaveSingleItem().ShouldContain("at most 256 characters; this one has 257");
    }

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", ":37")]
    public async Task A_password_in_the_file_of_breached_hashes_is_not_taken(string lineEnd, string count)
    {
        var file = Path.GetTempFileName();
        try
        {
            string[] breached = [.. Enumerable.Range(0, 1_000).Select(_ => Random(14))];
            var lines = breached.Select(p => Convert.ToHexString(Sha1(p)) + count).Order(StringComparer.Ordinal);
            await File.WriteAllTextAsync(file, string.Concat(lines.Select(l => l + lineEnd)));
            var settings = new PasswordSettings { BreachedHashesFile = file };

            breached.ShouldAllBe(p => Objections(settings, p).Contains("This password is known from a breach elsewhere."));
            Enumerable.Range(0, 1_000).ShouldAllBe(_ => Objections(settings, Random(14)).Count == 0);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("una línea que no es un hash\n")]
    [InlineData("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8")]
    public async Task What_is_no_list_of_hashes_is_said_before_it_is_asked(string content)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, content);

            (BreachedHashes.Objection(file) is null).ShouldBe(content.StartsWith("5BAA", StringComparison.Ordinal));
            BreachedHashes.Objection(file + ".no").ShouldNotBeNull();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static IReadOnlyList<string> Objections(PasswordSettings settings, string password)
    {
        using var secret = Secret.FromText(password);
        return new PasswordPolicy(settings).Objections(secret, "mgarcia", "mgarcia@example.com", "María", "García", null);
    }

    private static string Random(int length) => RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyz", length);

#pragma warning disable CA5350 // The format of the file.
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.UTF8.GetBytes(text));
#pragma warning restore CA5350
}
