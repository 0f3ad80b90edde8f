using System.Security.Cryptography;
using Zaguan.Login;
using Zaguan.Passwords;

namespace Zaguan.Tests.Passwords;

public sealed class PasswordHashTests
{
    [Fact]
    public void A_hash_is_a_PHC_string_that_its_password_verifies_and_no_other()
    {
        using var password = Secret.FromText(" Contraseña ");
        using var trimmed = Secret.FromText("Contraseña");

        var hash = PasswordHash.Create(password);

        hash.ShouldMatch(@"^\$pbkdf2-sha512\$i=210000\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{86}$");
        PasswordHash.Verify(password, hash).ShouldBeTrue();
        PasswordHash.Verify(trimmed, hash).ShouldBeFalse();
    }

    [Fact]
    public void A_hash_agrees_with_the_definition()
    {
        // PBKDF2 by hand (RFC 8018 §5.2), one block: U1 xor U2 xor …
        var salt = "saltsaltsaltsalt"u8.ToArray();
        var block = HMACSHA512.HashData("contraseña"u8, [.. salt, 0, 0, 0, 1]);
        var sum = block.ToArray();
        for (var i = 1; i < 1_000; i++)
        {
            block = HMACSHA512.HashData("contraseña"u8, block);
            for (var j = 0; j < sum.Length; j++)
            {
                sum[j] ^= block[j];
            }
        }

        using var password = Secret.FromText("contraseña");
        PasswordHash.Verify(password, $"$pbkdf2-sha512$i=1000${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(sum).TrimEnd('=')}").ShouldBeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("contraseña")]
    [InlineData("$pbkdf2-sha512$i=210000$c2FsdHNhbHRzYWx0c2FsdA")]
    [InlineData("$pbkdf2-sha512$i=0$c2FsdHNhbHRzYWx0c2FsdA$AAAA")]
    [InlineData("$pbkdf2-sha512$i=-1$c2FsdHNhbHRzYWx0c2FsdA$AAAA")]
    [InlineData("$pbkdf2-sha512$i=1073741824$c2FsdHNhbHRzYWx0c2FsdA$AAAA")]
    [InlineData("$pbkdf2-sha512$i=210000$!$AAAA")]
    [InlineData("$pbkdf2-sha512$i=210000$c2FsdHNhbHRzYWx0c2FsdA$AAAA$extra")]
    [InlineData("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$AAAA")]
    public void What_is_no_hash_of_ours_is_never_right_and_never_throws(string stored)
    {
        using var password = Secret.FromText("contraseña");

        PasswordHash.IsKnown(stored).ShouldBeFalse();
        PasswordHash.Verify(password, stored).ShouldBeFalse();
    }
}
