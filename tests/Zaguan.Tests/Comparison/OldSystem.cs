using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Comparison;

/// <summary>What an old system answers.</summary>
internal sealed record OldReply(int Status, string Body)
{
    public string ContentType { get; init; } = "application/json; charset=utf-8";

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}

/// <summary>The four old systems on a real port, written from their documents and without a line of Zaguan's; each knows its document's user.</summary>
internal sealed class OldSystem : IAsyncDisposable
{
    private static readonly string[] AmbiotecFields = ["usuario_login", "usuario_password"];

    private readonly WebApplication app;

    private OldSystem(WebApplication app) => this.app = app;

    /// <summary>Makes another answer of the one that would be right.</summary>
    public Func<OldReply, OldReply> Spoil { get; set; } = reply => reply;

    /// <summary>The requests so far, with all their headers.</summary>
    public List<(IHeaderDictionary Headers, string Body)> Requests { get; } = [];

    public string UrlOf(string application) => app.Urls.First() + DemoLogin.Of(application).Path;

    public static async Task<OldSystem> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var old = new OldSystem(builder.Build());
        old.app.Run(old.AnswerAsync);
        await old.app.StartAsync();
        return old;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        Requests.Add((new HeaderDictionary(http.Request.Headers.ToDictionary()), body));
        var fields = http.Request.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true ? Parse(body) : null;
        var reply = Spoil(http.Request.Path.Value switch
        {
            "/api/Account/Login" => Romsoft(fields),
            "/api/Usuario/IniciarSesion" => Venta(fields),
            "/api/v1/auth/login" => Inventario(fields),
            "/api/login" => Ambiotec(fields),
            _ => new(404, ""),
        });
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        http.Response.Headers.Server = "Microsoft-IIS/7.5";
        foreach (var (name, value) in reply.Headers)
        {
            http.Response.Headers.Append(name, value);
        }

        await http.Response.WriteAsync(reply.Body);
    }

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonObject? fields, string name) =>
        fields?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    private static OldReply Romsoft(JsonObject? fields) => (Text(fields, "Username"), Text(fields, "Password")) is ("admin", "yourpassword")
        ? new(200, """{"Success":true,"Warning":false,"Message":null,"Data":{"id_usuario":1,"id_rol":2,"usuario":"admin","clave":"***","apellidos":"Pullima","nombres":"Administrador","estado":"A","token":"eyJhbGciOiJIUzI1NiJ9.e30.vieja"}}""")
        : new(200, """{"Success":true,"Warning":true,"Message":"El usuario no existe o los datos son incorrectos.","Data":null}""");

    private static OldReply Venta(JsonObject? fields) => (Text(fields, "Correo"), Text(fields, "Clave")) switch
    {
        ("juan.perez@example.com", "password123") => new(200, """{"status":true,"value":{"IdUsuario":1,"NombreCompleto":"Juan Pérez","Correo":"juan.perez@example.com","RolDescripcion":"Administrador"},"msg":null}"""),
        (null, _) or (_, null) or ("juan.perez@example.com", _) => new(200, """{"status":false,"value":null,"msg":"Credenciales inválidas"}"""),
        _ => new(200, """{"status":false,"value":null,"msg":"Usuario no encontrado"}"""),
    };

    private static OldReply Inventario(JsonObject? fields) => (Text(fields, "username"), Text(fields, "password")) switch
    {
        _ when fields is null or { Count: 0 } => new(400, """{"status":"error","message":"Body requerido."}"""),
        (null, _) or (_, null) => new(400, """{"status":"error","message":"Username y password son requeridos."}"""),
        ("john_doe", "securePassword123") => new(200, """{"status":"success","message":"Login exitoso","user":{"id":"550e8400-e29b-41d4-a716-446655440000","username":"john_doe","email":"john@example.com","active":true,"role_id":2,"role_name":"manager"}}"""),
        _ => new(401, """{"status":"error","message":"Credenciales inválidas"}"""),
    };

    private static OldReply Ambiotec(JsonObject? fields)
    {
        string[] missing = [.. AmbiotecFields.Where(f => Text(fields, f) is null)];
        return (Text(fields, "usuario_login"), Text(fields, "usuario_password")) switch
        {
            _ when missing.Length > 0 => new(400, $$"""{"error":"Datos inválidos","details":[{{string.Join(',', missing.Select(m => $$"""{"field":"{{m}}","message":"{{m}} is required"}"""))}}]}"""),
            ("johndoe", "securePass123") => new(200, """{"token":"eyJhbGciOiJIUzI1NiJ9.e30.vieja","user":{"usuario_id":1,"usuario_login":"johndoe","usuario_correo":"john@example.com","usuario_nombre":"John","usuario_apellido":"Doe","departamento_id":5,"usuario_celular":"12345678","access_id":4711,"profile":null}}"""),
            _ => new(401, """{"error":"Credenciales inválidas"}"""),
        };
    }
}
