using Microsoft.Extensions.DependencyInjection;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts;

/// <summary>A house in which the examples of contracts run, with the users of the documents that they were written from.</summary>
internal static class ExampleHouse
{
    public static readonly (string Password, string? Role, long RoleNumber, NewUser User)[] Users =
    [
        ("clave123", "cajero", 2, new() { Realm = "facturacion-santodomingo", Username = "caja1", Email = "caja1@empresa.pe", Number = 5, Attributes = """{"id_empresa":3,"empresas":[{"id_empresa":3,"comercial":"Santo Domingo","ruc":"20123456789","razon_social":"SANTO DOMINGO SAC"}],"permisos":["ventas.ver","ventas.crear"]}""" }),
        ("clave123", "temporal", 3, new() { Realm = "facturacion-santodomingo", Username = "temporal", Email = "t@empresa.pe", Number = 9 }),
        ("minhaSenha1", null, 0, new() { Realm = "gearup-oficina", Username = "maria", Id = "8d1f7a52-3f0e-4c1e-9d59-2c1a6a3f9b10", GivenName = "Maria", FamilyName = "Souza", Attributes = """{"cpf":"52998224725"}""" }),
        ("mi_contraseña", "sys_admin", 1, new() { Realm = "activos-trebol", Username = "juan", Email = "juan@trebol.com", Number = 1, GivenName = "Juan", FamilyName = "Pérez" }),
        ("SecurePassword123", "Admin", 1, new() { Realm = "apitickets", Username = "john", Id = "12345678-90ab-cdef-1234-567890abcdef", Email = "john@empresa.co", GivenName = "John", FamilyName = "Doe" }),
        ("zabbix", "Super admin role", 3, new() { Realm = "zabbix", Username = "Admin", Number = 1, GivenName = "Zabbix", FamilyName = "Administrator" }),
        ("clave", null, 0, new() { Realm = "sap-b1", Username = "manager" }),
        ("adminadmin", null, 0, new() { Realm = "qbittorrent", Username = "admin" }),
        ("secret99", null, 0, new() { Realm = "devise-token-auth", Username = "jo", Email = "jo@example.org", Number = 1 }),
        ("changethis", null, 0, new() { Realm = "fastapi-oauth2-form", Username = "admin", Id = "b4f1c2d3-0000-4000-8000-000000000001", Email = "admin@example.com" }),
    ];

    /// <summary>One guess locks an account, so that states cost few hashes.</summary>
    public static Dictionary<string, string?> Settings(params IEnumerable<string> examples)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Budgets:AccountAndAddress:Failures"] = "1",
            ["Network:TrustedProxies:0"] = "127.0.0.1",
        };
        foreach (var example in examples)
        {
            settings[$"Applications:{example}:Contract"] = example;
            if (Repository.ExampleText(example).Contains("{config.JWT_SECRET}", StringComparison.Ordinal))
            {
                settings[$"Applications:{example}:JWT_SECRET"] = FourApplications.Secret;
            }
        }

        return settings;
    }

    public static async Task<TestHouse> OpenAsync(Dictionary<string, string?> settings, TimeProvider clock, params IEnumerable<string> examples)
    {
        var house = await TestHouse.OpenAsync(new()
        {
            Settings = settings,
            IsDevelopment = false,
            Clock = clock,
            Contracts = examples.ToDictionary(e => $"{e}.json", Repository.ExampleText, StringComparer.Ordinal),
        });
        var users = house.Services.GetRequiredService<UserStore>();
        foreach (var (password, role, number, user) in Users.Where(u => examples.Contains(u.User.Realm, StringComparer.Ordinal)))
        {
            if (role is not null)
            {
                await house.Services.GetRequiredService<Zaguan.Storage.Database>().WriteAsync(db => UserStore.AddRoleAsync(db, user.Realm, role, number));
            }

            await users.AddAsync(user with { Role = role, Password = FourApplications.CheapHash(password) });
        }

        return house;
    }
}
