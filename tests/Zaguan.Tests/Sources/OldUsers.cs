using System.Text.Json;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Sources;

/// <summary>Somebody whom only the old system knows.</summary>
internal sealed record OldUser(string Login, string Password, int Number, bool IsActive = true)
{
    public string Password { get; set; } = Password;
}

/// <summary>The four old systems, as their documents have them, with plain-text passwords and answers put together by hand.</summary>
internal static class OldUsers
{
    public static readonly IReadOnlyDictionary<string, OldUser[]> Of = new Dictionary<string, OldUser[]>(StringComparer.Ordinal)
    {
        ["romsoft"] = [new("mquispe", "Ñandú 1987", 41), new("jrojas", "1234", 42, IsActive: false)],
        ["sistema-venta"] = [new("maria.quispe@example.com", "Ñandú 1987", 41), new("jose.rojas@example.com", "1234", 42, IsActive: false)],
        ["inventario"] = [new("mquispe", "Ñandú 1987", 41), new("jrojas", "1234", 42, IsActive: false)],
        ["ambiotec"] = [new("mquispe", "Ñandú 1987", 41), new("jrojas", "1234", 42, IsActive: false)],
    };

    public static OldSystem Start(string application, params OldUser[] users) => new(request => Answer(application, request, users));

    public static OldUser[] Copy(string application) => [.. Of[application].Select(u => u with { })];

    public static OldReply Answer(string application, OldRequest request, OldUser[] users)
    {
        var login = DemoLogin.Of(application);
        if (!request.Line.StartsWith($"POST {login.Path} HTTP/1.1", StringComparison.Ordinal))
        {
            return OldReply.Of(404, "text/html", "<h1>404</h1>");
        }

        string? Field(string name) => request.Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        var user = users.FirstOrDefault(u => string.Equals(u.Login, Field(login.IdentifierField), StringComparison.OrdinalIgnoreCase));
        var isRight = user is not null && string.Equals(user.Password, Field(login.PasswordField), StringComparison.Ordinal);
        return application switch
        {
            "romsoft" => OldReply.Json(200, isRight && user!.IsActive
                ? $$$"""{"Success":true,"Warning":false,"Message":null,"Data":{"id_usuario":{{{user.Number}}},"id_rol":3,"usuario":"{{{user.Login}}}","clave":"***","apellidos":"Quispe Mamani","nombres":"María","estado":"A","token":"eyJ.vieja.firma"}}"""
                : """{"Success":true,"Warning":true,"Message":"El usuario no existe o los datos son incorrectos.","Data":null}"""),
            "sistema-venta" => OldReply.Json(200, (user, isRight) switch
            {
                (null, _) => """{"status":false,"value":null,"msg":"Usuario no encontrado"}""",
                (_, false) => """{"status":false,"value":null,"msg":"Credenciales inv\u00e1lidas"}""",
                ({ IsActive: false }, _) => """{"status":false,"value":null,"msg":"Usuario inactivo"}""",
                _ => $$$"""{"status":true,"value":{"IdUsuario":{{{user.Number}}},"NombreCompleto":"María del Carmen Quispe","Correo":"{{{user.Login}}}","RolDescripcion":"Vendedor"},"msg":null}""",
            }),
            "inventario" => isRight && user!.IsActive
                ? OldReply.Json(200, $$$"""{"status":"success","message":"Login exitoso","user":{"id":"7d0a1c3e-0000-4000-8000-0000000000{{{user.Number}}}","username":"{{{user.Login}}}","email":null,"active":true,"role_id":2,"role_name":"manager"},"extra":1}""")
                : OldReply.Json(401, """{"message":"Credenciales inválidas","status":"error"}"""),
            "ambiotec" => isRight && user!.IsActive
                ? OldReply.Json(200, $$$"""{"token":"eyJ.vieja.firma","user":{"usuario_id":{{{user.Number}}},"usuario_login":"{{{user.Login}}}","usuario_correo":"m.quispe@example.com","usuario_nombre":"María","usuario_apellido":"Quispe","departamento_id":7,"usuario_celular":"987654321","access_id":9001,"profile":{"tema":"oscuro","permisos":[1,2]} } }""")
                : OldReply.Json(401, """{"error":"Credenciales inválidas"}"""),
            _ => throw new ArgumentOutOfRangeException(nameof(application)),
        };
    }
}
