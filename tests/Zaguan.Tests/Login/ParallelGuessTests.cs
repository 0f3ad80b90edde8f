using System.Net;
using System.Text.Json;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Login;

/// <summary>Charged first: parallel guesses never buy more verifications than the budget has left, and people who share an account all get in.</summary>
public sealed class ParallelGuessTests
{
    public static TheoryData<string> Contracts => new(Applications.Keys);

    private static readonly Dictionary<string, (string Path, string Identifier, string Password, string Right)> Applications = new(StringComparer.Ordinal)
    {
        ["romsoft"] = ("/api/Account/Login", "Username", "Password", "yourpassword"),
        ["sistema-venta"] = ("/api/Usuario/IniciarSesion", "Correo", "Clave", "password123"),
        ["inventario"] = ("/api/v1/auth/login", "username", "password", "securePassword123"),
        ["ambiotec"] = ("/api/login", "usuario_login", "usuario_password", "securePass123"),
    };

    private static readonly Dictionary<string, string> Users = new(StringComparer.Ordinal)
    {
        ["romsoft"] = "admin",
        ["sistema-venta"] = "juan.perez@example.com",
        ["inventario"] = "john_doe",
        ["ambiotec"] = "johndoe",
    };

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Of_200_parallel_guesses_at_most_5_wrong_ones_are_verified(string contract)
    {
        await using var house = await TestHouse.OpenAsync();
        var right = Applications[contract].Right;
        // The right one is the 100th; nothing guarantees that it comes in that place.
        var guesses = Enumerable.Range(0, 200).Select(i => i == 100 ? right : $"guess {i}");

        await Task.WhenAll(guesses.Select(g => GuessAsync(house, contract, g)));

        var log = await house.AccessLogAsync();
        log.Count.ShouldBe(200);
        var granted = log.Count(r => r.Outcome == Outcome.Granted);
        log.Count(r => r.Outcome == Outcome.WrongPassword).ShouldBeLessThanOrEqualTo(5);
        log.Count(r => r.Outcome is Outcome.Locked).ShouldBe(200 - granted - 5);
        house.Hashes.ShouldBeLessThanOrEqualTo(5 + granted);
    }

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task Fifty_people_who_share_an_account_all_get_in(string contract)
    {
        await using var house = await TestHouse.OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => GuessAsync(house, contract, Applications[contract].Right)));

        (await house.AccessLogAsync()).Count(r => r.Outcome == Outcome.Granted).ShouldBe(50);
    }

    private static async Task GuessAsync(TestHouse house, string contract, string password)
    {
        var (path, identifier, field, _) = Applications[contract];
        var body = JsonSerializer.Serialize(new Dictionary<string, string>(StringComparer.Ordinal) { [identifier] = Users[contract], [field] = password });
        using var answer = await house.PostAsync(path, body);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Unauthorized);
    }
}
