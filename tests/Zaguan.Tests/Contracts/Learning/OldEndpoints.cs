using System.Globalization;
using System.Text.Json.Nodes;
using static Zaguan.Tests.Contracts.Learning.Endpoint;

namespace Zaguan.Tests.Contracts.Learning;

/// <summary>An old system, and what its operator knows of it and gives to whoever learns it.</summary>
/// <param name="Request">How clients write their requests; a body or a whole request.</param>
/// <param name="User">What is known of the user, as a file says it.</param>
internal sealed record Old(string Contract, string Path, string Identifier, string Password, string Request, string User, Func<Asked, Answered> Answer);

/// <summary>The old systems, written from their documents and sources: those of the shipped contracts, and those of the examples that speak JSON.</summary>
internal static class OldEndpoints
{
    private static long records = 4_710;

    public static readonly IReadOnlyList<Old> All =
    [
        new("ambiotec", "/api/login", "johndoe", "securePass-123", """{"usuario_login":"{identifier}","usuario_password":"{password}"}""",
            """{"number":31,"username":"johndoe","email":"john@example.com","givenName":"John","familyName":"Doe","phone":"5512345678","attributes":{"departamento_id":5,"profile":{"cargo":"Jefe","turno":2}}}""", Ambiotec),
        new("inventario", "/api/v1/auth/login", "john_doe", "securePassword-123", """{"username":"{identifier}","password":"{password}"}""",
            """{"id":"550e8400-e29b-41d4-a716-446655440000","username":"john_doe","email":"john@example.com","roleNumber":2,"roleName":"manager"}""", Inventario),
        new("romsoft", "/api/Account/Login", "admin", "yourpassword-1", """{"Username":"{identifier}","Password":"{password}","ValidacionAD":"{directory}"}""",
            """{"number":41,"username":"admin","givenName":"Administrador","familyName":"Pullima","roleNumber":2}""", Romsoft),
        new("sistema-venta", "/api/Usuario/IniciarSesion", "juan.perez@example.com", "password-123", """{"Correo":"{identifier}","Clave":"{password}"}""",
            """{"number":51,"email":"juan.perez@example.com","givenName":"Juan","familyName":"Pérez","roleName":"Administrador"}""", Venta),
        new("activos-trebol", "/api/token/", "juan@trebol.com", "mi_contraseña", """{"email":"{identifier}","password":"{password}"}""",
            """{"number":61,"email":"juan@trebol.com","givenName":"Juan","familyName":"Pérez","roleName":"sys_admin"}""", Trebol),
        new("apitickets", "/api/usuario/login", "john@empresa.co", "SecurePassword-123", """{"Correo":"{identifier}","Password":"{password}"}""",
            """{"id":"12345678-90ab-cdef-1234-567890abcdef","email":"john@empresa.co","givenName":"John","familyName":"Doe","roleName":"Admin"}""", Tickets),
        new("devise-token-auth", "/auth/sign_in", "jo@example.org", "secret-99", """{"email":"{identifier}","password":"{password}"}""",
            """{"number":71,"email":"jo@example.org","givenName":"Jo","familyName":"Ríos","attributes":{"nickname":"jojo","image":"https://img.example/jo.png"}}""", Devise),
        new("facturacion-santodomingo", "/api/login", "caja1", "clave-123", """{"user":"{identifier}","password":"{password}"}""",
            """{"number":81,"username":"caja1","email":"c1@empresa.pe","roleNumber":2,"attributes":{"id_empresa":37,"empresas":[{"id_empresa":37,"comercial":"Santo Domingo","ruc":"20123456789","razon_social":"SANTO DOMINGO SAC"}],"permisos":["ventas.ver","ventas.crear"]}}""", Facturacion),
        new("gearup-oficina", "/auth/cpf", "529.982.247-25", "minhaSenha-1", "POST /auth/cpf\nContent-Type: application/json\nx-correlation-id: una-prueba-1\n\n{\"cpf\":\"{identifier}\",\"senha\":\"{password}\"}",
            """{"id":"8d1f7a52-3f0e-4c1e-9d59-2c1a6a3f9b10","givenName":"Maria","familyName":"Souza","attributes":{"cpf":"52998224725"}}""", GearUp),
        new("sap-b1", "/b1s/v1/Login", "manager", "clave-1", """{"CompanyDB":"SBODEMO","UserName":"{identifier}","Password":"{password}"}""",
            """{"username":"manager"}""", Sap),
        new("zabbix", "/api_jsonrpc.php", "Admin", "zabbix-1", "POST /api_jsonrpc.php\nContent-Type: application/json-rpc\n\n{\"jsonrpc\":\"2.0\",\"method\":\"user.login\",\"params\":{\"username\":\"{identifier}\",\"password\":\"{password}\"},\"id\":1}",
            """{"number":91,"username":"Admin","givenName":"Zabbix","familyName":"Administrator"}""", Zabbix),
    ];

    public static Old Of(string contract) => All.First(o => string.Equals(o.Contract, contract, StringComparison.Ordinal));

    private static bool IsRight(string? who, string? what, string contract) => Of(contract) is var old && string.Equals(old.Identifier, who, StringComparison.OrdinalIgnoreCase) && string.Equals(old.Password, what, StringComparison.Ordinal);

    private static Answered Ambiotec(Asked asked)
    {
        string[] names = ["usuario_login", "usuario_password"];
        var missing = names.Where(n => Text(asked.Fields, n).Wrong is not null).ToList();
        var id = Interlocked.Increment(ref records);
        const string user = """ "usuario_id":31,"usuario_login":"johndoe","usuario_correo":"john@example.com","usuario_nombre":"John","usuario_apellido":"Doe","departamento_id":5,"usuario_celular":"5512345678","access_id": """;
        return missing.Count > 0 ? new(400, $$"""{"error":"Datos inválidos","details":[{{string.Join(',', missing.Select(m => $$"""{"field":"{{m}}","message":"{{m}} is required"}"""))}}]}""")
            : !IsRight(Text(asked.Fields, names[0]).Text, Text(asked.Fields, names[1]).Text, "ambiotec") ? new(401, """{"error":"Credenciales inválidas"}""")
            : new(200, $$$"""{"token":"{{{Jwt(Seconds, 8 * 3600, ("usuario_id", 31), ("usuario_login", "johndoe"), ("usuario_correo", "john@example.com"), ("usuario_nombre", "John"), ("usuario_apellido", "Doe"), ("departamento_id", 5), ("usuario_celular", "5512345678"), ("access_id", id))}}}","user":{{{{user}}}{{{id}}},"profile":{"cargo":"Jefe","turno":2} } }""");
    }

    private static Answered Inventario(Asked asked) => (Text(asked.Fields, "username").Text, Text(asked.Fields, "password").Text) switch
    {
        _ when asked.Fields is null or { Count: 0 } => new(400, """{"status":"error","message":"Body requerido."}"""),
        (null, _) or (_, null) => new(400, """{"status":"error","message":"Username y password son requeridos."}"""),
        var (who, what) when IsRight(who, what, "inventario") => new(200, """{"status":"success","message":"Login exitoso","user":{"id":"550e8400-e29b-41d4-a716-446655440000","username":"john_doe","email":"john@example.com","active":true,"role_id":2,"role_name":"manager"}}"""),
        _ => new(401, """{"status":"error","message":"Credenciales inválidas"}"""),
    };

    private static Answered Romsoft(Asked asked)
    {
        var now = Seconds;
        return IsRight(Text(asked.Fields, "Username").Text, Text(asked.Fields, "Password").Text, "romsoft")
            ? new(200, $$"""{"Success":true,"Warning":false,"Message":null,"Data":{"id_usuario":41,"id_rol":2,"usuario":"admin","clave":"***","apellidos":"Pullima","nombres":"Administrador","estado":"A","token":"{{Jwt(now, 28_800 * 60, ("unique_name", "admin"), ("nbf", now), ("iss", "http://emisor.example"), ("aud", "http://publico.example"))}}"} }""")
            : new(200, """{"Success":true,"Warning":true,"Message":"El usuario no existe o los datos son incorrectos.","Data":null}""");
    }

    private static Answered Venta(Asked asked) => (Text(asked.Fields, "Correo").Text, Text(asked.Fields, "Clave").Text) switch
    {
        var (who, what) when IsRight(who, what, "sistema-venta") => new(200, """{"status":true,"value":{"IdUsuario":51,"NombreCompleto":"Juan Pérez","Correo":"juan.perez@example.com","RolDescripcion":"Administrador"},"msg":null}"""),
        (null, _) or (_, null) or ("juan.perez@example.com", _) => new(200, """{"status":false,"value":null,"msg":"Credenciales inválidas"}"""),
        _ => new(200, """{"status":false,"value":null,"msg":"Usuario no encontrado"}"""),
    };

    private static Answered Trebol(Asked asked)
    {
        if (asked.Fields is null && asked.Body.Length > 0)
        {
            return new(400, """{"detail":"JSON parse error - Expecting value: line 1 column 1 (char 0)"}""", "application/json");
        }

        var (who, what) = (Text(asked.Fields, "email"), Text(asked.Fields, "password"));
        if (who.Wrong is not null || what.Wrong is not null)
        {
            var wrong = new[] { ("email", who.Wrong), ("password", what.Wrong) }.Where(w => w.Item2 is not null)
                .Select(w => $"\"{w.Item1}\":[\"{w.Item2 switch { "missing" => "This field is required.", "empty" => "This field may not be blank.", _ => "Not a valid string." }}\"]");
            return new(400, $"{{{string.Join(',', wrong)}}}", "application/json");
        }

        var now = Seconds;
        return IsRight(who.Text, what.Text, "activos-trebol") ? new(200, $$$"""{"access":"{{{Jwt(now, 1800, ("token_type", "access"), ("user_id", 61), ("jti", Letters(32)))}}}","refresh":"{{{Jwt(now, 7 * 86400, ("token_type", "refresh"), ("user_id", 61), ("jti", Letters(32)))}}}","user":{"id":61,"email":"juan@trebol.com","nombre":"Juan Pérez","rol":"sys_admin"}}""", "application/json")
            : who.Text is "juan@trebol.com" ? new(401, """{"detail":"Contraseña incorrecta"}""", "application/json")
            : new(404, """{"detail":"Correo no encontrado"}""", "application/json");
    }

    private static Answered Tickets(Asked asked)
    {
        const string problem = """ "type":"https://tools.ietf.org/html/rfc9110#section-15.5.1","title":"One or more validation errors occurred.","status":400,"errors": """;
        var trace = $"00-{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())}-{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())[..16]}-00";
        if (asked.Fields is null && asked.Body.Length > 0)
        {
            return new(400, $$$"""{{{{problem}}}{"$":["'}' is invalid after a property name."]},"traceId":"{{{trace}}}"}""", "application/problem+json; charset=utf-8");
        }

        string[] names = ["Correo", "Password"];
        var missing = names.Where(n => Text(asked.Fields, n).Wrong is not null).ToList();
        return missing.Count > 0 ? new(400, $$$"""{{{{problem}}}{{{{string.Join(',', missing.Select(m => $"\"{m}\":[\"The {m} field is required.\"]"))}}}},"traceId":"{{{trace}}}"}""", "application/problem+json; charset=utf-8")
            : IsRight(Text(asked.Fields, "Correo").Text, Text(asked.Fields, "Password").Text, "apitickets")
                ? new(200, $$$"""{"Respuesta":true,"Token":"{{{Jwt(Seconds, 10 * 86400, ("nameid", "12345678-90ab-cdef-1234-567890abcdef"))}}}","Datos":{"IdUsuario":"12345678-90ab-cdef-1234-567890abcdef","Nombre":"John Doe","Correo":"john@empresa.co","Rol":"Admin","Activo":true}}""", "application/json")
            : new(200, """{"Respuesta":false,"Token":"","Datos":null}""", "application/json");
    }

    private static Answered Devise(Asked asked) => IsRight(Text(asked.Fields, "email").Text, Text(asked.Fields, "password").Text, "devise-token-auth")
        ? new(200, """{"data":{"id":71,"email":"jo@example.org","provider":"email","uid":"jo@example.org","allow_password_change":false,"name":"Jo Ríos","nickname":"jojo","image":"https://img.example/jo.png"}}""", "application/json")
        {
            Headers = [("access-token", Letters(22)), ("token-type", "Bearer"), ("client", Letters(22)), ("expiry", Number(Seconds + (14 * 86400))), ("uid", "jo@example.org")],
        }
        : new(401, """{"errors":["Invalid login credentials. Please try again."]}""", "application/json");

    private static Answered Facturacion(Asked asked)
    {
        string[] names = ["user", "password"];
        var missing = names.Where(n => Text(asked.Fields, n).Wrong is not null).ToList();
        if (missing.Count > 0)
        {
            var more = missing.Count > 1 ? " (and 1 more error)" : "";
            return new(422, $$$"""{"message":"The {{{missing[0]}}} field is required.{{{more}}}","errors":{{{{string.Join(',', missing.Select(m => $"\"{m}\":[\"The {m} field is required.\"]"))}}}}}""", "application/json");
        }

        var who = Text(asked.Fields, "user").Text is "c1@empresa.pe" ? "caja1" : Text(asked.Fields, "user").Text;
        if (!IsRight(who, Text(asked.Fields, "password").Text, "facturacion-santodomingo"))
        {
            return new(401, who is "caja1" ? """{"success":false,"message":"Contraseña incorrecta"}""" : """{"success":false,"message":"Usuario no encontrado"}""", "application/json");
        }

        var token = $"{Number(Interlocked.Increment(ref records))}|{Letters(40)}";
        return new(200, $$$"""{"success":true,"message":"Login exitoso","token":"{{{token}}}","user":{"id":81,"name":"caja1","email":"c1@empresa.pe","rol_id":2,"id_empresa":37},"empresas":[{"id_empresa":37,"comercial":"Santo Domingo","ruc":"20123456789","razon_social":"SANTO DOMINGO SAC"}],"permissions":["ventas.ver","ventas.crear"]}""", "application/json")
        {
            Headers = [("Set-Cookie", $"laravel_session={Uri.EscapeDataString(token)}; path=/; httponly; samesite=lax")],
        };
    }

    private static Answered GearUp(Asked asked)
    {
        var id = asked.Headers["x-correlation-id"] is [{ Length: > 0 } said] ? said : Guid.NewGuid().ToString();
        var (cpf, senha) = (Text(asked.Fields, "cpf").Text, Text(asked.Fields, "senha").Text);
        return Refusal(cpf, senha) switch
        {
            var (status, code, message) when status > 0 => With(status, $$"""{"code":"{{code}}","message":"{{message}}","correlationId":"{{id}}"}"""),
            _ => With(200, $$$"""{"accessToken":"{{{Token()}}}","tipo":"Bearer","expiraEm":"{{{DateTimeOffset.FromUnixTimeSeconds(Seconds + 3600).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)}}}","cliente":{"id":"8d1f7a52-3f0e-4c1e-9d59-2c1a6a3f9b10","nome":"Maria Souza"}}"""),
        };

        (int, string, string) Refusal(string? who, string? what) =>
            asked.Fields is null && asked.Body.Length > 0 ? (400, "CORPO_INVALIDO", """Envie um JSON no formato {\"cpf\": \"...\", \"senha\": \"...\"}.""")
            : who is null || !IsCpf(Digits(who)) ? (400, "CPF_INVALIDO", "O CPF informado é inválido.")
            : what is null ? (400, "SENHA_OBRIGATORIA", "Informe a senha (até 128 caracteres).")
            : Digits(who) is not "52998224725" ? (404, "CLIENTE_NAO_ENCONTRADO", "Não existe cliente cadastrado com este CPF.")
            : what is not "minhaSenha-1" ? (401, "CREDENCIAIS_INVALIDAS", "CPF ou senha inválidos.")
            : (0, "", "");

        Answered With(int status, string body) => new(status, body) { Headers = [("x-correlation-id", id)] };

        static string Token() => Seconds is var now ? Jwt(now, 3600, ("role", "Cliente"), ("unique_name", "Maria Souza"), ("cliente_id", "8d1f7a52-3f0e-4c1e-9d59-2c1a6a3f9b10"), ("amr", "cpf"), ("sub", "8d1f7a52-3f0e-4c1e-9d59-2c1a6a3f9b10"), ("iss", "GearUp"), ("aud", "GearUp.Clients"), ("nbf", now)) : "";
        static string Digits(string text) => string.Concat(text.Where(char.IsAsciiDigit));
    }

    private static bool IsCpf(string digits)
    {
        return digits.Length == 11 && digits.Distinct().Count() > 1 && Check(9) == digits[9] - '0' && Check(10) == digits[10] - '0';

        int Check(int count) => Enumerable.Range(0, count).Sum(i => (digits[i] - '0') * (count + 1 - i)) * 10 % 11 % 10;
    }

    private static Answered Sap(Asked asked)
    {
        var company = Text(asked.Fields, "CompanyDB").Text;
        if (asked.Fields is null or { Count: 0 })
        {
            return Error(400, -1, "Invalid request");
        }

        if (company is null)
        {
            return Error(400, -1, "Invalid CompanyDB");
        }

        if (!IsRight(Text(asked.Fields, "UserName").Text, Text(asked.Fields, "Password").Text, "sap-b1"))
        {
            return Error(401, -304, "Fail to get DB Credentials from SLD");
        }

        var session = $"{Letters(8)}-{Letters(4)}-{Letters(5)}-{Letters(6)}-{Letters(12)}";
        return new(200, $$"""{"odata.metadata":"{{asked.Origin}}/b1s/v1/$metadata#B1Sessions/@Element","SessionId":"{{session}}","Version":"1000110","SessionTimeout":30}""", "application/json")
        {
            Headers = [("Set-Cookie", $"B1SESSION={session}; HttpOnly"), ("Set-Cookie", "ROUTEID=.node1; path=/b1s")],
        };

        static Answered Error(int status, int code, string message) => new(status, $$$"""{"error":{"code":{{{Number(code)}}},"message":{"lang":"en-us","value":"{{{message}}}"} } }""", "application/json");
    }

    private static Answered Zabbix(Asked asked)
    {
        var id = asked.Fields?["id"]?.ToJsonString() ?? "null";
        if (asked.Fields is null or { Count: 0 })
        {
            return Error(-32700, "Parse error", "Invalid JSON. An error occurred on the server while parsing the JSON text.", "null");
        }

        if (Wrong() is { } wrong)
        {
            return Error(-32602, "Invalid params.", wrong, id);
        }

        var parameters = (JsonObject)asked.Fields["params"]!;
        return IsRight(Text(parameters, "username").Text, Text(parameters, "password").Text, "zabbix")
            ? new(200, $$"""{"jsonrpc":"2.0","result":"{{Convert.ToHexStringLower(Guid.NewGuid().ToByteArray())}}","id":{{id}}}""", "application/json")
            : Error(-32500, "Application error.", "Incorrect user name or password or account is temporarily blocked.", id);

        string? Wrong()
        {
            var fields = asked.Fields["params"] as JsonObject;
            foreach (var (of, name, value) in new[] { (asked.Fields, "jsonrpc", "2.0"), (asked.Fields, "method", "user.login"), (fields, "username", null), (fields, "password", null) })
            {
                var (text, why) = Text(of, name);
                if (why is not null || (value is not null && !string.Equals(text, value, StringComparison.Ordinal)))
                {
                    return why switch
                    {
                        "missing" => $"Invalid parameter \"/\": the parameter \"{name}\" is missing.",
                        "empty" => $"Invalid parameter \"/{name}\": cannot be empty.",
                        _ => $"Invalid parameter \"/{name}\": a character string is expected.",
                    };
                }
            }

            return fields!.FirstOrDefault(f => f.Key is not ("username" or "password")).Key is { } unknown ? $"Invalid parameter \"/\": unexpected parameter \"{unknown}\"." : null;
        }

        static Answered Error(int code, string message, string data, string id) =>
            new(200, new JsonObject { ["jsonrpc"] = "2.0", ["error"] = new JsonObject { ["code"] = code, ["message"] = message, ["data"] = data }, ["id"] = JsonNode.Parse(id) }.ToJsonString(), "application/json");
    }
}
