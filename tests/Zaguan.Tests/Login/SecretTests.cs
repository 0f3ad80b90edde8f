using System.Text.Json;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

[Trait("Database", TestDatabase.FileOnly)]
public sealed class SecretTests
{
    [Fact]
    public void A_secret_refuses_to_be_printed()
    {
        using var secret = Secret.FromText("contraseña");

        Should.Throw<InvalidOperationException>(() => secret.ToString());
        Should.Throw<InvalidOperationException>(() => $"{secret}");
    }

    [Fact]
    public void A_secret_refuses_to_be_serialised()
    {
        using var secret = Secret.FromText("contraseña");

        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(secret));
        Should.Throw<NotSupportedException>(() => JsonSerializer.Serialize(new { secret }));
        Should.Throw<NotSupportedException>(() => JsonSerializer.Deserialize<Secret>("\"x\""));
    }

    [Fact]
    public void A_secret_is_wiped_when_it_is_disposed()
    {
        var secret = Secret.FromText("contraseña");
        var bytes = secret.Reveal();

        secret.Dispose();

        bytes.ToArray().ShouldAllBe(b => b == 0);
    }
}
