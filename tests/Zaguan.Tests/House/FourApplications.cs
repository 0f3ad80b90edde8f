using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Tests.House;

/// <summary>A house of the four shipped contracts as in production, with a user each who can log in.</summary>
internal static class FourApplications
{
    public const string RomsoftSecret = "la llave de Romsoft, solo para pruebas: 8f0c1d";
    public const string Secret = "la llave de los demás, solo para pruebas: 77ab";

    /// <summary>Configuration that runs the four, outside Development too.</summary>
    public static Dictionary<string, string?> Settings(params (string Key, string? Value)[] more)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Applications:romsoft:JWT_SECRET_KEY"] = RomsoftSecret,
            ["Applications:romsoft:JWT_ISSUER_TOKEN"] = "http://localhost:44390",
            ["Applications:romsoft:JWT_AUDIENCE_TOKEN"] = "http://localhost:44390",
            ["Applications:sistema-venta:Contract"] = "sistema-venta",
            ["Applications:inventario:Contract"] = "inventario",
            ["Applications:ambiotec:JWT_SECRET"] = Secret,
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    /// <summary>A house outside Development, whose users have hashes of one iteration: opening it and logging in cost next to nothing.</summary>
    /// <param name="iterations">More, where a login should take its time: 2,000 are about a millisecond.</param>
    public static async Task<TestHouse> OpenAsync(Dictionary<string, string?>? settings = null, HouseOptions? options = null, int iterations = 1)
    {
        var house = await TestHouse.OpenAsync((options ?? new()) with { Settings = settings ?? Settings(), IsDevelopment = false });
        var users = house.Services.GetRequiredService<UserStore>();
        foreach (var login in DemoLogin.All)
        {
            await users.TryAddAsync(new()
            {
                Realm = login.Application,
                Username = login.Identifier,
                Email = login.Identifier.Contains('@', StringComparison.Ordinal) ? login.Identifier : null,
                Password = CheapHash(login.Password, iterations),
            });
        }

        return house;
    }

    public static StoredPassword CheapHash(string password, int iterations = 1)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA512, 64);
        return new($"$pbkdf2-sha512$i={iterations}${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}", $"pbkdf2-sha512 {iterations}");
    }
}
