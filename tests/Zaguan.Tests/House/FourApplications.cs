using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Users;

namespace Zaguan.Tests.House;

/// <summary>One of the four shipped contracts, as a client sees it, with a user who can log in.</summary>
internal sealed record FourApplications(string Name, string Path, string IdentifierField, string PasswordField, string Identifier, string Password)
{
    public const string RomsoftSecret = "la llave de Romsoft, solo para pruebas: 8f0c1d";
    public const string Secret = "la llave de los demás, solo para pruebas: 77ab";

    public static readonly FourApplications Romsoft = new("romsoft", "/api/Account/Login", "Username", "Password", "admin", "yourpassword");
    public static readonly FourApplications SistemaVenta = new("sistema-venta", "/api/Usuario/IniciarSesion", "Correo", "Clave", "juan.perez@example.com", "password123");
    public static readonly FourApplications Inventario = new("inventario", "/api/v1/auth/login", "username", "password", "john_doe", "securePassword123");
    public static readonly FourApplications Ambiotec = new("ambiotec", "/api/login", "usuario_login", "usuario_password", "johndoe", "securePass123");

    public static readonly IReadOnlyList<FourApplications> All = [Romsoft, SistemaVenta, Inventario, Ambiotec];

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
    public static async Task<TestHouse> OpenAsync(Dictionary<string, string?>? settings = null, HouseOptions? options = null)
    {
        var house = await TestHouse.OpenAsync((options ?? new()) with { Settings = settings ?? Settings(), IsDevelopment = false });
        var users = house.Services.GetRequiredService<UserStore>();
        await users.AddRealmsAsync(All.Select(a => a.Name));
        foreach (var application in All)
        {
            await users.AddAsync(new()
            {
                Realm = application.Name,
                Username = application.Identifier,
                Email = application.Identifier.Contains('@', StringComparison.Ordinal) ? application.Identifier : null,
                Password = CheapHash(application.Password),
            });
        }

        return house;
    }

    public static string CheapHash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var hash = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, 1, HashAlgorithmName.SHA512, 64);
        return $"$pbkdf2-sha512$i=1${Convert.ToBase64String(salt).TrimEnd('=')}${Convert.ToBase64String(hash).TrimEnd('=')}";
    }

    public string Body(string? identifier = null, string? password = null) => JsonSerializer.Serialize(
        new Dictionary<string, string>(StringComparer.Ordinal) { [IdentifierField] = identifier ?? Identifier, [PasswordField] = password ?? Password });

    /// <summary>Whether an answer is this application's granted one.</summary>
    public bool IsGranted(string answer) => Name switch
    {
        "romsoft" => answer.Contains("\"Warning\":false", StringComparison.Ordinal) && answer.Contains("\"token\":\"ey", StringComparison.Ordinal),
        "sistema-venta" => answer.Contains("\"IdUsuario\":", StringComparison.Ordinal),
        "inventario" => answer.Contains("Login exitoso", StringComparison.Ordinal),
        _ => answer.Contains("\"access_id\":", StringComparison.Ordinal),
    };

    public async Task<bool> LogsInAsync(TestHouse house, string body)
    {
        using var answer = await house.PostAsync(Path, body);
        return IsGranted(await answer.Content.ReadAsStringAsync());
    }
}
