using System.Globalization;
using System.Security.Cryptography;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Users.Import;

/// <summary>Exports of other login systems, recognised by what is in them.</summary>
public sealed class FormatTests
{
    [Fact]
    public async Task Keycloak_realm_is_imported_with_passwords_roles_and_attributes()
    {
        await using var folder = new CommandFolder();
        var salt = "sal de mar"u8.ToArray();
        var digest = Rfc2898DeriveBytes.Pbkdf2("clave de Ana", salt, 210_000, HashAlgorithmName.SHA512, 64);
        var file = folder.Write("realm.json", $$"""
            {
              "realm" : "clinica",
              "clients" : [ { "clientId" : "users", "users" : [ 1 ] } ],
              "roles" : { "realm" : [ { "name" : "medico" } ] },
              "users" : [ {
                "id" : "f1b0a2e6-0000-4000-8000-000000000001", "username" : "ana", "enabled" : true, "createdTimestamp" : 1, "email" : "ana@x.example", "firstName" : "Ana", "lastName" : "Peña {[\"",
                "attributes" : { "telefono_fijo" : [ "912" ], "sedes" : [ "Norte", "Sur" ] },
                "realmRoles" : [ "default-roles-clinica", "medico", "offline_access" ],
                "credentials" : [ { "type" : "password",
                  "secretData" : "{\"value\":\"{{Convert.ToBase64String(digest)}}\",\"salt\":\"{{Convert.ToBase64String(salt)}}\",\"additionalParameters\":{} }",
                  "credentialData" : "{\"hashIterations\":210000,\"algorithm\":\"pbkdf2-sha512\",\"additionalParameters\":{} }" } ]
              }, {
                "id" : "f1b0a2e6-0000-4000-8000-000000000002", "username" : "bea", "enabled" : false, "createdTimestamp" : 2,
                "credentials" : [ { "type" : "otp" }, { "type" : "password",
                  "secretData" : "{\"value\":\"{{Convert.ToBase64String(new byte[32])}}\",\"salt\":\"{{Convert.ToBase64String(new byte[16])}}\",\"additionalParameters\":{} }",
                  "credentialData" : "{\"hashIterations\":5,\"algorithm\":\"argon2\",\"additionalParameters\":{\"hashLength\":[\"32\"],\"memory\":[\"7168\"],\"type\":[\"id\"],\"version\":[\"1.3\"],\"parallelism\":[\"1\"]} }" } ]
              }, { "id" : "f1b0a2e6-0000-4000-8000-000000000003", "username" : "cora", "enabled" : true, "createdTimestamp" : 3 } ],
              "smtpServer" : { }
            }
            """);

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--attributes");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Output.ShouldContain("keycloak (JSON document)");
        ran.Output.ShouldContain("argon2id m=7168,t=5,p=1");
        var ana = (await folder.FindAsync("ambiotec", "ana"))!;
        (ana.Id, ana.Email, ana.GivenName, ana.FamilyName, ana.RoleName, ana.Attributes)
            .ShouldBe(("f1b0a2e6-0000-4000-8000-000000000001", "ana@x.example", "Ana", "Peña {[\"", "medico", """{"telefono_fijo":"912","sedes":["Norte","Sur"]}"""));
        Samples.Verifies("clave de Ana", ana.Password).ShouldBeTrue();
        (await folder.FindAsync("ambiotec", "bea"))!.Active.ShouldBeFalse();
        (await folder.FindAsync("ambiotec", "cora"))!.Password.ShouldBeNull();
    }

    [Fact]
    public async Task Auth0_lines_are_imported()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("auth0.json", $$"""
            {"_id":{"$oid":"60425dc43519d90068f82973"},"email_verified":true,"email":"ana@x.example","passwordHash":"{{Samples.Strong()}}","password_set_date":{"$date":"2021-03-05T16:35:16.786Z"},"tenant":"t","connection":"c","_tmp_is_unique":true}
            {"user_id":"auth0|2","email":"bea@x.example","username":"bea","email_verified":false,"password_hash":"{{Samples.Strong(1)}}","given_name":"Bea","blocked":true,"user_metadata":{"sede":"Norte"} }
            """);

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--attributes");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Output.ShouldContain("auth0 (JSON Lines)");
        (await folder.FindAsync("ambiotec", "ana@x.example"))!.Id.ShouldBe("auth0|60425dc43519d90068f82973");
        var bea = (await folder.FindAsync("ambiotec", "bea"))!;
        (bea.Active, bea.GivenName, bea.Password).ShouldBe((false, "Bea", Samples.Strong(1)));
        bea.Attributes!.ShouldContain("\"sede\":\"Norte\"");
    }

    [Fact]
    public async Task Firebase_users_come_with_their_hashes_parameters_and_without_a_hash_where_they_have_none()
    {
        await using var folder = new CommandFolder();
        // The example of https://github.com/firebase/scrypt: its password is user1password.
        var config = folder.Write("hash.txt", "hash_config {\n  algorithm: SCRYPT,\n  base64_signer_key: jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==,\n  base64_salt_separator: Bw==,\n  rounds: 8,\n  mem_cost: 14,\n}\n");
        var file = folder.Write("users.json", """
            {"users": [
              {"localId":"abc","email":"ana@x.example","emailVerified":true,"displayName":"Ana Peña","disabled":true,"phoneNumber":"+34600"},
              {"localId":"def","email":"bea@x.example","passwordHash":"lSrfV15cpx95_sZS2W9c9Kp6i_LVgQNDNC_qzrCnh1SAyZvqmZqAjTdn3aoItz-VHjoZilo78198JAdRuid5lQ==","salt":"42xEC-ixf3L2lw=="}]}
            """);

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--firebase-hash-config", config, "--json");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Json.GetProperty("format").GetString().ShouldBe("firebase (JSON document)");
        ran.Json.GetProperty("withoutPassword").GetInt64().ShouldBe(1);
        ran.Json.GetProperty("added").GetInt64().ShouldBe(2);
        Samples.Verifies("user1password", (await folder.FindAsync("ambiotec", "bea@x.example"))!.Password).ShouldBeTrue();
        (await folder.FindAsync("ambiotec", "ana@x.example"))!.ShouldSatisfyAllConditions(u => u.Password.ShouldBeNull(), u => u.Active.ShouldBeFalse());
    }

    [Fact]
    public async Task Hashes_of_a_page_in_Latin_letters_are_right_for_what_is_typed_today()
    {
        await using var folder = new CommandFolder();
        var hash = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.Latin1.GetBytes("señal número 7")));
        string[] import = ["import", folder.Write("u.csv", $"usuario,clave\nana,{hash}\n"), "--realm", "ambiotec", "--password-format", "sha256"];

        (await folder.RunAsync([.. import, "--password-encoding", "windows-1252"])).Code.ShouldBe(ExitCode.Done);

        var kept = (await folder.FindAsync("ambiotec", "ana"))!.Password.ShouldNotBeNull();
        kept.ShouldStartWith("$argon2id$");
        Samples.Verifies("señal número 7", kept).ShouldBeTrue();
        Samples.Verifies("sen\u0303al nu\u0301mero 7", kept).ShouldBeTrue();
        Samples.Verifies("senal numero 7", kept).ShouldBeFalse();
        Samples.Verifies("señal número 7 漢", kept).ShouldBeFalse();
    }

    [Fact]
    public async Task User_of_Keycloak_logs_in_through_the_old_contract_and_leaves_a_hash_of_today_behind()
    {
        await using var folder = new CommandFolder();
        var salt = "sal de mar"u8.ToArray();
        var digest = Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2("clave de Ana", salt, 27_500, HashAlgorithmName.SHA256, 64));
        var file = folder.Write("realm.json", $$"""
            {"realm":"clinica","users":[{"id":"1-2","username":"ana","enabled":true,"createdTimestamp":1,"credentials":[{"type":"password",
              "hashedSaltedValue":"{{digest}}","salt":"{{Convert.ToBase64String(salt)}}","hashIterations":27500,"algorithm":"pbkdf2-sha256"}]}]}
            """);
        (await folder.RunAsync("import", file, "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Done);
        (await folder.FindAsync("ambiotec", "ana"))!.Password.ShouldNotBeNull().ShouldContain("$over$");

        await using (var house = await folder.OpenHouseAsync())
        {
            (await house.PostAsync(DemoLogin.Ambiotec.Path, """{"usuario_login":"ana","usuario_password":"clave de ana"}""")).IsSuccessStatusCode.ShouldBeFalse();
            (await house.PostAsync(DemoLogin.Ambiotec.Path, """{"usuario_login":"ana","usuario_password":"clave de Ana"}""")).IsSuccessStatusCode.ShouldBeTrue();
        }

        var kept = (await folder.FindAsync("ambiotec", "ana"))!.Password.ShouldNotBeNull();
        kept.ShouldStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
        kept.ShouldNotContain("$over$");
    }

    [Fact]
    public async Task Asp_net_identity_table_is_imported_and_its_stamps_are_never_kept()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("AspNetUsers.csv", $"""
            Id,UserName,NormalizedUserName,Email,NormalizedEmail,EmailConfirmed,PasswordHash,SecurityStamp,ConcurrencyStamp,PhoneNumber,PhoneNumberConfirmed,TwoFactorEnabled,LockoutEnd,LockoutEnabled,AccessFailedCount
            8c5b,ana,ANA,ana@x.example,ANA@X.EXAMPLE,1,"{Samples.Strong()}",STAMP1,STAMP2,600,0,0,,1,0

            """);

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--attributes");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        var ana = (await folder.FindAsync("ambiotec", "ana"))!;
        (ana.Id, ana.Email, ana.Phone, ana.Attributes).ShouldBe(("8c5b", "ana@x.example", "600", null));
    }

    [Theory]
    [InlineData("[{\"username\":\"ana\",\"number\":7,\"active\":false}]")]
    [InlineData("{\"users\":[{\"username\":\"ana\",\"number\":7,\"active\":false}]}")]
    [InlineData("{\"username\":\"ana\",\"number\":7,\"active\":false}")]
    [InlineData("\ufeff{\"username\":\"ana\",\"number\":7,\"active\":false}\r\n\r\n")]
    [InlineData("username\tnumber\tactive\r\nana\t7\tfalse\r\n")]
    [InlineData("username|number|active\nana|7|0")]
    [InlineData("\n\n\ufeff\"username\";\"number\";\"active\"\n\"ana\";\"7\";\"n\"")]
    public async Task Same_user_is_read_from_every_way_to_write_a_table(string content)
    {
        await using var folder = new CommandFolder();
        var ran = await folder.RunAsync("import", folder.Write("u", content.StartsWith('\n') ? content.Replace("\ufeff", "", StringComparison.Ordinal) : content), "--realm", "ambiotec", "--without-passwords");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        (await folder.FindAsync("ambiotec", "ana")).ShouldNotBeNull().ShouldSatisfyAllConditions(u => u.Number.ShouldBe(7), u => u.Active.ShouldBeFalse());
    }

    [Fact]
    public async Task Salt_of_another_column_and_a_format_of_each_row_reach_the_hash()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave,sal,password_format\nana,clave de Ana,,plain\nbea,,,none\ncora,0123456789abcdef,xyz,\ndora,x,,nonsense\n");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--json");

        ran.Json.GetProperty("withoutPassword").GetInt64().ShouldBe(1);
        ran.Json.GetProperty("firstRefused").EnumerateArray().Select(r => r.GetProperty("line").GetInt32()).ShouldBe([4, 5]);
        Samples.Verifies("clave de Ana", (await folder.FindAsync("ambiotec", "ana"))!.Password).ShouldBeTrue();
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Old_sqlite_database_is_read_directly_and_never_written()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("import", folder.Write("u.csv", $"id,usuario,rol,clave\n5,ana,Caja,{Samples.Strong()}\n6,bea,Caja,{Samples.Strong(1)}\n"), "--realm", "ambiotec");
        await using var to = new CommandFolder();
        const string Query = "SELECT number AS id_usuario, username AS usuario, password AS clave, active AS estado FROM users";
        var ran = await to.RunAsync("import", "--from", $"Data Source={folder.DatabaseFile}", "--query", Query, "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        (await to.FindAsync("ambiotec", "bea"))!.ShouldSatisfyAllConditions(u => u.Number.ShouldBe(6), u => u.Password.ShouldBe(Samples.Strong(1)));
        var secret = to.Write("from.txt", $"Data Source={folder.DatabaseFile}\n");
        (await to.RunAsync("import", "--from-file", secret, "--query", "DELETE FROM users RETURNING username", "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Problems);
        (await folder.AskAsync<long>("SELECT count(*) FROM users")).ShouldBe(2);
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("Data Source=nada.db", "There is no SQLite database nada.db")]
    [InlineData("nonsense", "no connection string")]
    [InlineData("Database=x", "names no Host")]
    [InlineData("Server=db;Port=3306;Database=x;Uid=root;Pwd=muysecreta", "MySQL is not read directly: export the table as CSV")]
    [InlineData("Server=db;Database=x;Uid=root;Pwd=muysecreta;CharSet=utf8", "MySQL is not read directly")]
    [InlineData("mysql://root:muysecreta@db/x", "MySQL is not read directly")]
    [InlineData("Driver={ODBC Driver 18 for SQL Server};Server=db;Uid=sa;Pwd=muysecreta", "ODBC or OLE DB, which are not read. For SQLite")]
    [InlineData("Server=db;Port=1433;Database=x;User Id=sa;Password=muysecreta", "port stands behind a comma")]
    [InlineData("Server=db;Initial Catalog=x;User Id=sa;Pasword=muysecreta", "not known. For SQLite")]
    [InlineData("Initial Catalog=x;User Id=sa;Password=muysecreta", "names no Server")]
    [InlineData("postgresql://ana:muysecreta@db/x", "not written as an address. For SQLite")]
    [InlineData("sqlserver://sa:muysecreta@db/x", "not written as an address. For SQLite")]
    [InlineData("Server=127.0.0.1;Port=1;Database=x;User Id=sa;Password=muysecreta", "If it is SQL Server, its port stands behind a comma")]
    [InlineData("Server=127.0.0.1,1;Database=x;User Id=sa;Password=muysecreta;Connect Timeout=1", "If it is PostgreSQL, write Host in the place of Server.")]
    [InlineData("Data Source=tcp:127.0.0.1,1;Database=x;User Id=sa;Password=muysecreta;Connect Timeout=1", "The SQL Server database cannot be asked: A network-related or instance-specific error")]
    [InlineData("Host=/nowhere;Username=x;Password=muy secreta", "cannot be asked")]
    [InlineData("Host=/nowhere;Pasword=muy secreta", "not known")]
    public async Task Database_that_cannot_be_asked_is_told_without_its_password(string connection, string sentence)
    {
        await using var folder = new CommandFolder();
        var ran = await folder.RunAsync("import", "--from", connection, "--query", "SELECT 1", "--realm", "ambiotec");

        (ran.Code, ran.Error.Contains(sentence, StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), ran.Error);
        ran.Error.ShouldNotContain("secreta");
    }

    [Fact]
    public async Task Old_postgresql_database_is_read_directly_and_never_written()
    {
        await using var server = await PostgresServer.StartAsync();
        await server.ExecuteAsync($"""
            CREATE TABLE usuario (id_usuario serial PRIMARY KEY, "Login" text, correo text, es_activo boolean, clave text, alta timestamptz DEFAULT now());
            INSERT INTO usuario ("Login", correo, es_activo, clave) SELECT 'u' || i, NULL, i % 2 = 0, '{Samples.Strong()}' FROM generate_series(1, 2500) i;
            """);
        await using var folder = new CommandFolder();
        string[] command = ["import", "--from", server.ConnectionString, "--query", "SELECT * FROM usuario ORDER BY 1", "--realm", "ambiotec", "--map", "username=login", "--json"];

        var ran = await folder.RunAsync(command);
        var again = await folder.RunAsync(command);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Json.GetProperty("added").GetInt64().ShouldBe(2_500);
        again.Json.GetProperty("alreadyThere").GetInt64().ShouldBe(2_500);
        (await folder.FindAsync("ambiotec", "u2500"))!.ShouldSatisfyAllConditions(u => u.Number.ShouldBe(2_500), u => u.Active.ShouldBeTrue());
        var write = await folder.RunAsync("import", "--from", server.ConnectionString, "--query", "DELETE FROM usuario RETURNING *", "--realm", "ambiotec", "--map", "username=login");
        (write.Code, write.Error.Contains("read-only", StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), write.Error);
        string[] breaks = ["import", "--from", server.ConnectionString, "--query", "SELECT id_usuario, \"Login\", 1 / (id_usuario - 2000) FROM usuario", "--realm", "ambiotec", "--map", "username=login"];
        (await folder.RunAsync(breaks)).Error.ShouldContain("No column is known to be the password");
        var broken = await folder.RunAsync([.. breaks, "--without-passwords"]);
        (broken.Code, broken.Error.Contains("stopped at row 2000", StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), broken.Error);
    }

    [Fact]
    public async Task User_of_json_that_is_larger_than_a_user_can_be_is_refused_in_the_memory_of_one()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.json", $"[{{\"username\":\"ana\"}},{{\"username\":\"{new string('x', 3_000_000)}\"}},\n{{\"username\":\"zoe\"}}]");
        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--without-passwords");
        ran.Output.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"more than {1024 * 1024:N0} bytes"));
        (await folder.AskAsync<long>("SELECT count(*) FROM users")).ShouldBe(2);
    }
}
