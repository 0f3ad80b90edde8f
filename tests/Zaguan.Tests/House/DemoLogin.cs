using System.Net;
using System.Text.Json;

namespace Zaguan.Tests.House;

/// <summary>What an application's contract answers where it does not grant: status and body.</summary>
internal sealed record Declared(HttpStatusCode Status, string Body);

/// <summary>One of the four applications, its demo user, and what its document declares.</summary>
internal sealed record DemoLogin(string Application, string Path, string IdentifierField, string PasswordField, string Identifier, string Password)
{
    public static readonly DemoLogin Romsoft = new("romsoft", "/api/Account/Login", "Username", "Password", "admin", "yourpassword")
    {
        GrantedMark = "\"Success\":true,\"Warning\":false",
        Malformed = RomsoftRefusal,
        InvalidIdentifier = RomsoftRefusal,
        InvalidPassword = RomsoftRefusal,
        Unknown = RomsoftRefusal,
        Wrong = RomsoftRefusal,
        Failed = RomsoftFailure,
        Unavailable = RomsoftFailure,
    };

    public static readonly DemoLogin SistemaVenta = new("sistema-venta", "/api/Usuario/IniciarSesion", "Correo", "Clave", "juan.perez@example.com", "password123")
    {
        GrantedMark = "\"status\":true",
        Malformed = VentaRefusal,
        InvalidIdentifier = VentaRefusal,
        InvalidPassword = VentaRefusal,
        Unknown = new(HttpStatusCode.OK, """{"status":false,"value":null,"msg":"Usuario no encontrado"}"""),
        Wrong = VentaRefusal,
        Failed = VentaFailure,
        Unavailable = VentaFailure,
    };

    public static readonly DemoLogin Inventario = new("inventario", "/api/v1/auth/login", "username", "password", "john_doe", "securePassword123")
    {
        GrantedMark = "\"status\":\"success\"",
        Malformed = new(HttpStatusCode.BadRequest, """{"status":"error","message":"Body requerido."}"""),
        InvalidIdentifier = InventarioInvalid,
        InvalidPassword = InventarioInvalid,
        Unknown = InventarioRefusal,
        Wrong = InventarioRefusal,
        Failed = InventarioFailure,
        Unavailable = InventarioFailure,
    };

    public static readonly DemoLogin Ambiotec = new("ambiotec", "/api/login", "usuario_login", "usuario_password", "johndoe", "securePass123")
    {
        GrantedMark = "\"access_id\":",
        Malformed = new(HttpStatusCode.BadRequest, """{"error":"Datos inválidos","details":[{"field":"usuario_login","message":"usuario_login is required"},{"field":"usuario_password","message":"usuario_password is required"}]}"""),
        InvalidIdentifier = new(HttpStatusCode.BadRequest, """{"error":"Datos inválidos","details":[{"field":"usuario_login","message":"usuario_login is required"}]}"""),
        InvalidPassword = new(HttpStatusCode.BadRequest, """{"error":"Datos inválidos","details":[{"field":"usuario_password","message":"usuario_password is required"}]}"""),
        Unknown = AmbiotecRefusal,
        Wrong = AmbiotecRefusal,
        Failed = new(HttpStatusCode.InternalServerError, """{"error":"Error interno al iniciar sesión"}"""),
        Unavailable = new(HttpStatusCode.ServiceUnavailable, """{"error":"Servicio no disponible","message":"No se puede conectar con la base de datos. Por favor, contacte a soporte del sistema."}"""),
    };

    public static readonly IReadOnlyList<DemoLogin> All = [Romsoft, SistemaVenta, Inventario, Ambiotec];

    public static TheoryData<string> Names => new(All.Select(a => a.Application));

    /// <summary>Stands in the body of a granted answer and in no other.</summary>
    public required string GrantedMark { get; init; }

    public required Declared Malformed { get; init; }

    public required Declared InvalidIdentifier { get; init; }

    public required Declared InvalidPassword { get; init; }

    public required Declared Unknown { get; init; }

    public required Declared Wrong { get; init; }

    public required Declared Failed { get; init; }

    public required Declared Unavailable { get; init; }

    public string RightBody => Body(Identifier, Password);

    public string WrongBody => Body(Identifier, "otra");

    public static DemoLogin Of(string application) => All.Single(a => string.Equals(a.Application, application, StringComparison.Ordinal));

    public string Body(object? identifier, object? password) =>
        JsonSerializer.Serialize(new Dictionary<string, object?>(StringComparer.Ordinal) { [IdentifierField] = identifier, [PasswordField] = password });

    public bool IsGranted(string answer) => answer.Contains(GrantedMark, StringComparison.Ordinal);

    public async Task<bool> LogsInAsync(TestHouse house, string body)
    {
        using var answer = await house.PostAsync(Path, body);
        return IsGranted(await answer.Content.ReadAsStringAsync());
    }

    /// <summary>Logs in with the right password and takes the token out of the answer.</summary>
    public async Task<string> TokenAsync(HttpClient client)
    {
        using var answer = await client.PostAsync(Path, new StringContent(RightBody, System.Text.Encoding.UTF8, "application/json"));
        var body = JsonElement.Parse(await answer.Content.ReadAsByteArrayAsync());
        return (body.TryGetProperty("Data", out var data) ? data : body).GetProperty("token").GetString()!;
    }

    private static Declared RomsoftRefusal => new(HttpStatusCode.OK, """{"Success":true,"Warning":true,"Message":"El usuario no existe o los datos son incorrectos.","Data":null}""");

    private static Declared RomsoftFailure => new(HttpStatusCode.OK, """{"Success":false,"Warning":false,"Message":"Hubo un error, inténtelo más tarde.","Data":null}""");

    private static Declared VentaRefusal => new(HttpStatusCode.OK, """{"status":false,"value":null,"msg":"Credenciales inválidas"}""");

    private static Declared VentaFailure => new(HttpStatusCode.OK, """{"status":false,"value":null,"msg":"Ocurrió un error, inténtelo más tarde."}""");

    private static Declared InventarioInvalid => new(HttpStatusCode.BadRequest, """{"status":"error","message":"Username y password son requeridos."}""");

    private static Declared InventarioRefusal => new(HttpStatusCode.Unauthorized, """{"status":"error","message":"Credenciales inválidas"}""");

    private static Declared InventarioFailure => new(HttpStatusCode.InternalServerError, """{"status":"error","message":"Error interno del servidor"}""");

    private static Declared AmbiotecRefusal => new(HttpStatusCode.Unauthorized, """{"error":"Credenciales inválidas"}""");
}
