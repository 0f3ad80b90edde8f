using System.Security.Cryptography;
using System.Text;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Users.Import;

public sealed class ImportTests
{
    [Fact]
    public async Task Table_of_a_clinic_becomes_users_that_have_what_they_had()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("usuarios.csv", $"""
            Id_Usuario;Usuario;Correo;Nombres;Apellidos;Teléfono;Rol;Estado;Contraseña;Sede
            7;ana;Ana@clinica.example;Ana;"Peña; de la Cruz";+34 600;Médico;1;{Samples.Strong()};Norte
            9; bea ;;Bea "la Rápida";;;Recepción;No;{Samples.Weak("clave de Bea")};Sur

            """.Replace("Bea \"la Rápida\"", "\"Bea \"\"la Rápida\"\"\"", StringComparison.Ordinal));

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--attributes");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Output.ShouldContain("CSV with semicolons");
        ran.Output.ShouldContain("Médico, Recepción");
        ran.Output.ShouldNotContain(Samples.Strong());
        var ana = (await folder.FindAsync("ambiotec", "ana")).ShouldNotBeNull();
        (ana.Number, ana.Email, ana.GivenName, ana.FamilyName, ana.Phone, ana.RoleName, ana.Active, ana.Password, ana.Attributes)
            .ShouldBe((7, "Ana@clinica.example", "Ana", "Peña; de la Cruz", "+34 600", "Médico", true, Samples.Strong(), """{"Sede":"Norte"}"""));
        var bea = (await folder.FindAsync("ambiotec", "bea")).ShouldNotBeNull();
        (bea.Number, bea.Username, bea.Email, bea.GivenName, bea.RoleName, bea.Active).ShouldBe((9, "bea", null, "Bea \"la Rápida\"", "Recepción", false));
        (await folder.ListAsync("SELECT password_cost FROM users ORDER BY key")).ShouldBe("pbkdf2-sha512 210000,pbkdf2-sha256 1000, argon2id m=19456,t=2,p=1");
    }

    [Fact]
    public async Task Weak_hash_rests_in_the_database_under_argon2id_and_its_password_still_is_right()
    {
        await using var folder = new CommandFolder();
        var weak = Samples.Weak("clave de Ana");
        var file = folder.Write("u.csv", $"usuario,clave\nana,{weak}\n");

        (await folder.RunAsync("import", file, "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Done);

        var stored = (await folder.FindAsync("ambiotec", "ana"))!.Password!;
        stored.ShouldStartWith("$argon2id$");
        stored.ShouldNotContain(weak.Split('$')[^1]);
        Samples.Verifies("clave de Ana", stored).ShouldBeTrue();
        Samples.Verifies("clave de Bea", stored).ShouldBeFalse();
    }

    [Fact]
    public async Task Weak_hash_is_kept_where_that_was_asked_for()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave\nana,{Samples.Weak("clave")}\n");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--keep-weak-hashes");

        ran.Output.ShouldContain("kept although weak");
        (await folder.FindAsync("ambiotec", "ana"))!.Password.ShouldBe(Samples.Weak("clave"));
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Password_as_it_was_typed_is_hashed_at_once_and_told_nowhere()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", "usuario,clave\nana, Contraseña de Ana \n");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--password-format", "plain", "--refused", Path.Combine(folder.Folder, "refused.csv"));

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldNotContain("Contraseña de");
        var stored = (await folder.FindAsync("ambiotec", "ana"))!.Password;
        Samples.Verifies(" Contraseña de Ana ", stored).ShouldBeTrue();
        Samples.Verifies("Contraseña de Ana", stored).ShouldBeFalse();
        Encoding.UTF8.GetString(await File.ReadAllBytesAsync(folder.DatabaseFile)).ShouldNotContain("Contraseña de Ana");
    }

    [Fact]
    public async Task Password_that_AES_made_is_decrypted_with_the_old_systems_key_and_hashed_at_once()
    {
        await using var folder = new CommandFolder();
        var key = folder.Write("clave.txt", "0123456789abcdef\n");
        using var aes = Aes.Create();
        aes.Key = "0123456789abcdef"u8.ToArray();
        var text = Convert.ToBase64String(aes.EncryptCbc("Contraseña de Ana"u8, aes.Key));
        var file = folder.Write("u.csv", $"usuario,clave\nana,{text}\neva,{text[..20]}\n");

        var without = await folder.RunAsync("import", file, "--realm", "ambiotec", "--password-format", "aes");
        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--password-format", "aes", "--aes-key-file", key);

        without.Code.ShouldBe(ExitCode.Problems);
        $"{without.Output}{without.Error}".ShouldContain("--aes-key-file FILE");
        ran.Code.ShouldBe(ExitCode.Problems);
        $"{ran.Output}{ran.Error}".ShouldContain("not what AES makes");
        Samples.Verifies("Contraseña de Ana", (await folder.FindAsync("ambiotec", "ana"))!.Password).ShouldBeTrue();
        (await folder.FindAsync("ambiotec", "eva")).ShouldBeNull();
    }

    [Fact]
    public async Task Run_again_it_adds_who_is_missing_and_changes_nobody()
    {
        await using var folder = new CommandFolder();
        var rows = Enumerable.Range(1, 20).Select(i => $"u{i},u{i}@x.example,{Samples.Strong(i)}").ToList();
        var file = folder.Write("u.csv", "usuario,correo,clave\n" + string.Join('\n', rows));
        (await folder.RunAsync("import", file, "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Done);
        await folder.RunWithAsync("otra clave muy larga\n", "users", "set-password", "u3", "--realm", "ambiotec");
        await folder.RunAsync("users", "disable", "u4", "--realm", "ambiotec");
        var before = await folder.ContentAsync();

        var again = await folder.RunAsync("import", file, "--realm", "ambiotec", "--json");

        again.Code.ShouldBe(ExitCode.Done);
        (again.Json.GetProperty("added").GetInt64(), again.Json.GetProperty("alreadyThere").GetInt64(), again.Json.GetProperty("refused").GetInt64()).ShouldBe((0, 20, 0));
        (await folder.ContentAsync()).ShouldBe(before);

        await File.AppendAllTextAsync(file, $"\nnueva,,{Samples.Strong(21)}\n");
        var more = await folder.RunAsync("import", file, "--realm", "ambiotec", "--json");
        (more.Json.GetProperty("added").GetInt64(), more.Json.GetProperty("alreadyThere").GetInt64()).ShouldBe((1, 20));
        (await folder.FindAsync("ambiotec", "nueva"))!.Number.ShouldBe(21);
    }

    public static TheoryData<string, string> Collisions => new()
    {
        { "3,ana,otra@x.example", "ana is there already, with another number, e-mail address" },
        { "1,cora,cora@x.example", "The number is that of ana already" },
        { "5,cora,ANA@x.example", "The e-mail address is that of ana already" },
        { "5,ÁNGEL,otra@x.example\n6,ángel,otra2@x.example", "The user name is that of line 2 too" },
        { "5,cora,c@x.example\n6,dora,C@X.EXAMPLE", "The e-mail address is that of line 2 too" },
        { "5,cora,c@x.example\n5,dora,d@x.example", "The number is that of line 2 too" },
        { "5,cora,c@x.example\n5,cora,c@x.example", "The user name is that of line 2 too" },
    };

    [Theory]
    [MemberData(nameof(Collisions))]
    public async Task Who_has_something_of_another_is_refused_alone_and_the_same_in_a_dry_run(string rows, string sentence)
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("import", folder.Write("first.csv", $"id,usuario,correo,clave\n1,ana,ana@x.example,{Samples.Strong()}\n"), "--realm", "ambiotec");
        var file = folder.Write("u.csv", "id,usuario,correo,clave\n" + string.Join('\n', rows.Split('\n').Select(r => $"{r},{Samples.Strong()}")) + $"\n99,zoe,,{Samples.Strong()}\n");

        var dry = await folder.RunAsync("import", file, "--realm", "ambiotec", "--dry-run");
        (await folder.AskAsync<long>("SELECT count(*) FROM users")).ShouldBe(1);
        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec");

        foreach (var one in new[] { dry, ran })
        {
            one.Code.ShouldBe(ExitCode.Problems);
            one.Output.ShouldContain(sentence);
        }

        (await folder.FindAsync("ambiotec", "zoe")).ShouldNotBeNull();
        (await folder.AskAsync<long>("SELECT count(*) FROM users")).ShouldBe(rows.Split('\n').Length + 1);
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Dry_run_tells_what_would_be_and_writes_nothing_not_even_a_database()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave,rol,sede\nana,{Samples.Strong()},Médico,1\nbea,{Samples.Weak("x")},Médico,2\ncora,basura,Caja,3\n");
        var refused = Path.Combine(folder.Folder, "refused.csv");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--dry-run", "--refused", refused);

        ran.Code.ShouldBe(ExitCode.Problems);
        foreach (var told in new[] { "Dry run", "would be added", "pbkdf2-sha512 210000", "pbkdf2-sha256 1000", "Argon2id is put over it", "the import takes", "Médico", "sede", "usuario → username", "of no format that is known" })
        {
            ran.Output.ShouldContain(told);
        }

        File.Exists(folder.DatabaseFile).ShouldBeFalse();
        (await File.ReadAllTextAsync(refused)).ShouldContain("4,\"The password is of no format");
    }

    [Fact]
    public async Task Numbers_that_are_missing_are_made_behind_those_that_are_there()
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("import", folder.Write("a.csv", $"numero,usuario,clave\n40,ana,{Samples.Strong()}\n,bea,{Samples.Strong()}\n"), "--realm", "ambiotec");
        await folder.RunAsync("import", folder.Write("b.csv", $"usuario,clave\ncora,{Samples.Strong()}\n"), "--realm", "ambiotec");

        (await folder.ListAsync("SELECT username || number FROM users ORDER BY key")).ShouldBe("ana40,bea41,cora42");
    }

    [Theory]
    [InlineData("role,role_number", "Médico,3", null)]
    [InlineData("role_number,username2", "8,x", "no role number 8")]
    [InlineData("role_number,username2", "2,x", null)]
    [InlineData("role,role_number", "Otro,2", "is that of \"Caja\"")]
    public async Task Role_by_name_or_number_is_found_or_made_or_the_row_refused(string columns, string values, string? sentence)
    {
        await using var folder = new CommandFolder();
        await folder.RunAsync("roles", "add", "Caja", "--realm", "ambiotec", "--number", "2");
        var ran = await folder.RunAsync("import", folder.Write("u.csv", $"username,{columns},password\nana,{values},{Samples.Strong()}\n"), "--realm", "ambiotec");

        ran.Code.ShouldBe(sentence is null ? ExitCode.Done : ExitCode.Problems);
        ran.Output.ShouldContain(sentence ?? "added");
        (await folder.FindAsync("ambiotec", "ana"))?.RoleNumber.ShouldBe(columns.StartsWith("role,", StringComparison.Ordinal) ? 3 : 2);
    }

    [Fact]
    public async Task Missing_role_refuses_the_row_where_no_roles_may_be_made()
    {
        await using var folder = new CommandFolder();
        var ran = await folder.RunAsync("import", folder.Write("u.csv", $"username,rol,password\nana,Caja,{Samples.Strong()}\n"), "--realm", "ambiotec", "--no-new-roles");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain("zaguan roles add");
    }

    [Fact]
    public async Task Column_says_the_realm_where_the_command_does_not_and_an_unknown_one_refuses_its_row()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"realm,username,password\nambiotec,ana,{Samples.Strong()}\nalmacen,ana,{Samples.Strong()}\nalmacn,bea,{Samples.Strong()}\n");

        var ran = await folder.RunAsync("import", file);

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain("Did you mean \"almacen\"?");
        (await folder.ListAsync("SELECT realm || username FROM users ORDER BY key")).ShouldBe("ambiotecana,almacenana");
    }

    [Fact]
    public async Task Interrupted_it_says_how_to_go_on_and_going_on_completes_it()
    {
        using var interrupt = new CancellationTokenSource();
        await interrupt.CancelAsync();
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", "usuario,clave\n" + string.Join('\n', Enumerable.Range(1, 3_000).Select(i => $"u{i},{Samples.Strong(i)}")));
        folder.Interrupted = interrupt.Token;

        var interrupted = await folder.RunAsync("import", file, "--realm", "ambiotec");

        interrupted.Code.ShouldBe(ExitCode.NotDone);
        interrupted.Error.ShouldContain("Run the same command again");
        folder.Interrupted = CancellationToken.None;
        (await folder.RunAsync("import", file, "--realm", "ambiotec")).Code.ShouldBe(ExitCode.Done);
        (await folder.AskAsync<long>("SELECT count(*) FROM users")).ShouldBe(3_000);
    }
}
