using System.Text;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Users.Import;

public sealed class RefusalTests
{
    private static readonly string Strong = Samples.Strong();

    /// <summary>A row of username,email,number,active,password,attributes, and what is said of it.</summary>
    public static TheoryData<string, string> Rows => new()
    {
        { $",,1,1,{Strong},", "A user name is not empty" },
        { $"{new string('a', 300)},,1,1,{Strong},", "at most 256" },
        { $"a\u0001b,,1,1,{Strong},", "control characters" },
        { $"ana,nobody,1,1,{Strong},", "no e-mail address" },
        { $"ana,,-4,1,{Strong},", "A number is whole" },
        { $"ana,,99999999999,1,{Strong},", "A number is whole" },
        { $"ana,,1,quizás,{Strong},", "\"quizás\" says neither" },
        { $"ana,,1,,{Strong},", "says neither" },
        { $"ana,,1,1,{Strong},[1]", "one JSON object" },
        { $"ana,,1,1,{Strong},no", "no JSON that can be kept" },
        { $"ana,,1,1,{Strong},\"{{\"\"a\"\":1,\"\"a\"\":2}}\"", "stands twice" },
        { "ana,,1,1,,", "The password is empty" },
        { "ana,,1,1,hunter2hunter2,", "of no format that is known" },
        { "ana,,1,1,$argon2id$v=19$m=19456,t=2,p=1$AA", "fields and the first line names" },
        { "ana,,1,1,\"$argon2id$v=19$m=19456\",", "cut off" },
        { "ana,,1,1,\"$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",", "costs more than a login may" },
        { "ana,,1,1,$pbkdf2-sha256$i=2000000000$c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,", "the most that is computed" },
        { $"ana,,1,1,{new string('f', 5_000)},", "5,000 characters; at most 2,048 are taken" },
        { $"ana,,1,1,{new string('f', 1_000_000)},", "1,000,000 characters; at most" },
        { $"a\"na,,1,1,{Strong},", "A quote in this row" },
        { $"ana,,1,1,{Strong}", "has 5 fields and the first line names 6" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Row_that_cannot_be_a_user_is_refused_with_its_line_and_the_others_come_in(string row, string sentence)
    {
        await using var folder = new CommandFolder();
        row = row.Replace($",{Strong}", $",\"{Strong}\"", StringComparison.Ordinal);
        var file = folder.Write("u.csv", $"username,email,number,active,password,attributes\nzoe,,7,1,\"{Strong}\",\n{row}\nzulema,,8,1,\"{Strong}\",\n");
        var refused = Path.Combine(folder.Folder, "refused.csv");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--refused", refused);

        ran.Code.ShouldBe(ExitCode.Problems, ran.Output + ran.Error);
        ran.Output.ShouldContain(sentence);
        (await folder.ListAsync("SELECT username FROM users ORDER BY key")).ShouldBe("zoe,zulema");
        var lines = (await File.ReadAllTextAsync(refused)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Length.ShouldBe(2);
        lines[1].ShouldStartWith("3,");
        lines[1].ShouldNotContain("m=19456");
        lines[1].ShouldNotContain("$pbkdf2");
        lines[1].ShouldNotContain("hunter2");
        (await ChildProcesses.RunAsync("stat", "-c", "%a", refused)).ShouldBe("600\n");
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("usuario,nombre_de_pila\nana,Ana\n", "No column is known to be the password (there are: usuario, nombre_de_pila)")]
    [InlineData("jperez,MiClave2020\nana,hola\n", "No column has a name that is known")]
    [InlineData("x,MiClave2020,MiClave2020\nana,hola,hola\n", "the columns 2 and 3 have the same name")]
    [InlineData("usuario,clave,password_format\nana,x,MiClave2020\n", "What stands in the column \"password_format\" is no password format")]
    public async Task Table_that_is_not_understood_is_refused_before_anybody_is_added_and_no_password_is_told(string table, string sentence)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("import", folder.Write("u.csv", table), "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.Problems, ran.Output + ran.Error);
        (ran.Output + ran.Error).ShouldContain(sentence);
        (ran.Output + ran.Error).ShouldNotContain("MiClave2020");
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "plain", "looks like a hash")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99", "plain", "looks like a hash")]
    [InlineData("5f4dcc3b5aa765d61d8327deb882cf99", null, "It looks like md5")]
    public async Task Hash_that_is_taken_for_something_else_is_refused_with_what_it_looks_like(string password, string? format, string sentence)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync(["import", folder.Write("u.csv", $"usuario,clave\nana,{password}\n"), "--realm", "ambiotec", .. format is null ? Array.Empty<string>() : new[] { "--password-format", format }]);

        ran.Code.ShouldBe(ExitCode.Problems, ran.Output + ran.Error);
        ran.Output.ShouldContain(sentence);
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    [Fact]
    public async Task List_of_refused_rows_replaces_no_other_file()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave\nana,{Samples.Strong()}\nbea,\n");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--refused", file);

        ran.Error.ShouldContain("is no list of refused rows: it is left as it is");
        (await File.ReadAllTextAsync(file)).ShouldStartWith("usuario,clave");
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
        var refused = Path.Combine(folder.Folder, "refused.csv");
        (await folder.RunAsync("import", file, "--realm", "ambiotec", "--refused", refused)).Code.ShouldBe(ExitCode.Problems);
        (await folder.RunAsync("import", file, "--realm", "ambiotec", "--refused", refused)).Code.ShouldBe(ExitCode.Problems);
        (await File.ReadAllTextAsync(refused)).ShouldContain("bea");
    }

    [Fact]
    public async Task What_a_database_writes_for_nothing_is_nothing_and_a_salt_belongs_to_the_formats_that_have_one()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", "usuario,clave,salt,correo,lockout_end\nana,la clave de ana,abc,NULL,\nbea,\\N,abc,\\N,NULL\ncora,la clave de cora,abc,NULL,9999-12-31 23:59:59 +00:00\n");

        (await folder.RunAsync("import", file, "--realm", "ambiotec", "--password-format", "plain")).Code.ShouldBe(ExitCode.Done);

        var ana = (await folder.FindAsync("ambiotec", "ana"))!;
        (ana.Email, ana.Active).ShouldBe((null, true));
        Samples.Verifies("la clave de ana", ana.Password).ShouldBeTrue();
        (await folder.FindAsync("ambiotec", "bea"))!.Password.ShouldBeNull();
        (await folder.FindAsync("ambiotec", "cora"))!.Active.ShouldBeFalse();
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("""{"username":"ana","createdTimestamp":1,"credentials":[{"type":"password","credentialData":"{\"hashIterations\":5,\"algorithm\":\"md4\"}","secretData":"{\"salt\":\"AAAA\",\"value\":\"AAAA\"}"}]}""", "The algorithm of this Keycloak password is none of")]
    [InlineData("""{"username":"ana","createdTimestamp":1,"credentials":[{"type":"password","credentialData":"{\"hashIterations\":5,\"algorithm\":\"pbkdf2-sha256\"}","secretData":"{}"}]}""", "lacks its algorithm or hashIterations")]
    [InlineData("""{"username":"ana","createdTimestamp":1,"credentials":[{"type":"password","credentialData":"[","secretData":"{}"}]}""", "is no JSON object")]
    [InlineData("""{"username":"ana","createdTimestamp":1,"credentials":[{"type":"password","credentialData":"{\"hashIterations\":2000000000,\"algorithm\":\"pbkdf2-sha256\"}","secretData":"{\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA==\",\"value\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}"}]}""", "the most that is computed")]
    [InlineData("""{"localId":"ana","passwordHash":"AAAA","salt":"AAAA"}""", "The hash and the signer key of Firebase are Base64 of 64 bytes")]
    public async Task Password_of_another_system_that_cannot_be_used_is_refused_for_what_is_wrong_with_it(string user, string sentence)
    {
        await using var folder = new CommandFolder();
        var config = folder.Write("hash.txt", $"hash_config {{ base64_signer_key: {Convert.ToBase64String(new byte[64])}, base64_salt_separator: Bw==, rounds: 8, mem_cost: 14 }}");

        var ran = await folder.RunAsync("import", folder.Write("users.json", $$"""{"users":[{{user}}]}"""), "--realm", "ambiotec", "--firebase-hash-config", config);

        ran.Code.ShouldBe(ExitCode.Problems, ran.Output + ran.Error);
        ran.Output.ShouldContain(sentence);
        (await folder.FindAsync("ambiotec", "ana")).ShouldBeNull();
    }

    /// <summary>md5 of "sal" and "hola", and that of "hola".</summary>
    [Theory]
    [InlineData("md5", "salt", "sal", false)]
    [InlineData("md5", "salt", "", true)]
    [InlineData("md5", "semilla", "sal", true)]
    [InlineData("MD5", "salt", " ", true)]
    [InlineData("md5(salt+pass)", "salt", "sal", true)]
    [InlineData("Md5(Salt+Pass)", "salt", "sal", true)]
    public async Task Salt_in_a_column_of_its_own_beside_a_format_without_one_is_refused_with_the_formats_that_have_one(string format, string column, string salt, bool isTaken)
    {
        await using var folder = new CommandFolder();
        var digest = format.Contains('+', StringComparison.Ordinal) ? "f52386caadb5fbefa5374837bd08aefd" : "4d186321c1a7f0f354b297e8914ab240";
        var file = folder.Write("u.csv", $"usuario,clave,{column},password_format\nana,{digest},{salt},{format}\n");

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec");

        ran.Code.ShouldBe(isTaken ? ExitCode.Done : ExitCode.Problems, ran.Output + ran.Error);
        ran.Output.ShouldContain(isTaken ? "added" : "the column \"salt\" holds one (if it is none: --map ignored=salt). Where they were salted, say how, with --password-format: md5(salt+pass)");
        if (isTaken)
        {
            Samples.Verifies("hola", (await folder.FindAsync("ambiotec", "ana"))!.Password).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("$2b$04$abcdefghijklmnopqrstuuQnm3GC8OBf9x0hNrSQqtQLj2id2vMPa   ", null)]
    [InlineData("  4d186321c1a7f0f354b297e8914ab240     ", "md5")]
    public async Task Blanks_around_a_hash_are_those_of_a_column_of_fixed_width(string hash, string? format)
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave\nana,{hash}\nbea,         \n");

        var ran = await folder.RunAsync(["import", file, "--realm", "ambiotec", "--no-password-where-empty", .. format is null ? Array.Empty<string>() : new[] { "--password-format", format }]);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        Samples.Verifies("hola", (await folder.FindAsync("ambiotec", "ana"))!.Password).ShouldBeTrue();
        (await folder.FindAsync("ambiotec", "bea"))!.Password.ShouldBeNull();
    }

    [Fact]
    public async Task Blank_at_the_end_of_a_password_as_it_was_typed_stays_and_is_told()
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("import", folder.Write("u.csv", "usuario,clave\nana,sin blanco\nbea,con blanco  \n"), "--realm", "ambiotec", "--password-format", "plain");

        ran.Output.ShouldContain("Look at 1 row in line 3: a password as it was typed ends in a blank");
        Samples.Verifies("con blanco  ", (await folder.FindAsync("ambiotec", "bea"))!.Password).ShouldBeTrue();
    }

    [Theory]
    [InlineData("activo", "Alta", true)]
    [InlineData("estado", "de baja", false)]
    [InlineData("estado", "A", true)]
    [InlineData("estado", "suspendido", false)]
    [InlineData("activo", "S", true)]
    [InlineData("activo", "N", false)]
    [InlineData("activo", "-1", true)]
    [InlineData("activo", "Verdadero", true)]
    [InlineData("inactivo", "Sí", false)]
    [InlineData("inactivo", "no", true)]
    [InlineData("inactivo", "Inactivo", false)]
    [InlineData("inactivo", "activo", true)]
    [InlineData("baja", "baja", false)]
    [InlineData("baja", "b'0'", true)]
    [InlineData("bloqueado_hasta", "02/03/2026", false)]
    [InlineData("bloqueado_hasta", "31/12/2026 23:59", false)]
    [InlineData("bloqueado_hasta", "5/2/2026", true)]
    [InlineData("bloqueado_hasta", "2026-03-02", false)]
    // It is the 1st of March of 2026.
    public async Task Whether_somebody_is_active_is_read_as_spanish_systems_write_it(string column, string written, bool isActive)
    {
        await using var folder = new CommandFolder { Clock = new ManualClock() };

        var ran = await folder.RunAsync("import", folder.Write("u.csv", $"usuario,{column}\nana,{written}\n"), "--realm", "ambiotec", "--without-passwords");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        (await folder.FindAsync("ambiotec", "ana"))!.Active.ShouldBe(isActive);
    }

    [Fact]
    public async Task Empty_password_is_none_where_that_was_said()
    {
        await using var folder = new CommandFolder();
        var ran = await folder.RunAsync("import", folder.Write("u.csv", "username,password\nana,\n"), "--realm", "ambiotec", "--no-password-where-empty");

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldContain("without password");
        (await folder.FindAsync("ambiotec", "ana"))!.Password.ShouldBeNull();
    }

    public static TheoryData<string, string[], string> Files => new()
    {
        { "", [], "is empty" },
        { "\ufeff \n\n", [], "is empty" },
        { "nombre,clave\nx,y\n", [], "--map username=COLUMN" },
        { "usuario,clave\nx,y\n", ["--map", "email=corre"], "There is no column \"corre\" (there are: usuario, clave)" },
        { "usuario,clave,usuario\nx,y,z\n", [], "the columns 1 and 3 have the same name" },
        { "usuario,clave\nana,\"sin fin\n" + "x,y\n", [], null! },
        { "SQLite format 3\0aaaa", [], "is a SQLite database" },
        { "PK\u0003\u0004aaaaaaaaaaaaaa", [], "save it as \"CSV UTF-8\"" },
        { "\0\u0001\0\0Standard Jet DB\0", [], "is a database of Access" },
        { "BZh91AY", [], "bunzip2" },
        { "a\0bc,d\n", [], "is no text" },
        { "-- MySQL dump 10.13\nINSERT INTO usuarios VALUES (1)\n", [], "holds SQL statements" },
        { "usuario,clave\nana,x\n", ["--format", "jsonl"], "was said to be jsonl (--format) and begins like a table" },
        { "usuario,clave\nana,x\n", ["--format", "keycloak"], "was said to be keycloak (--format) and begins like a table" },
        { """[{"username":"ana","password":"x"}]""", ["--format", "csv"], "was said to be csv (--format) and begins like JSON" },
        { """[{"username":"ana","password":"x"}]""", ["--format", "jsonl"], "is one JSON document" },
        { """{"users":[{"username":"ana","password":"x"}]}""", ["--format", "jsonl"], "is one JSON document" },
        { """[{"username":"ana","password":"x"}]""", ["--format", "keycloak"], "with a password in a member of its own" },
        { """[{"localId":"ana","passwordHash":"x"}]""", ["--format", "auth0"], "its first user is written as firebase" },
        { """{"realm":"x","users":[{"username":"ana","createdTimestamp":1},{"usern""", [], "cut off" },
        { """{"realm":"x","enabled":true}""", [], "without users" },
        { """{"users":[{"localId":"1","email":"a@x.example","passwordHash":"AAAA","salt":"AA=="}]}""", [], "--firebase-hash-config" },
        { """[{"username":"ana"},5]""", [], "no object" },
        { """[{"username":"ana"}]]""", [], "closes that was not opened" },
        { """[{"username":"ana"}] []""", [], "behind its end" },
    };

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [MemberData(nameof(Files))]
    public async Task File_that_cannot_be_read_is_told_in_a_sentence_with_its_name(string content, string[] options, string? sentence)
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", content);

        var ran = await folder.RunAsync(["import", file, "--realm", "ambiotec", .. options]);

        ran.Code.ShouldBe(ExitCode.Problems, ran.Output + ran.Error);
        if (sentence is not null)
        {
            ran.Error.ShouldContain(sentence);
        }
    }

    [Fact]
    [Trait("Database", TestDatabase.FileOnly)]
    public async Task Compressed_file_is_told_with_what_unpacks_it()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv.gz", "");
        await File.WriteAllBytesAsync(file, [0x1F, 0x8B, 8, 0, 0]);

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--encoding", "windows-1252");

        (ran.Code, ran.Error.Contains($"gunzip {file}", StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), ran.Error);
    }

    [Theory]
    [InlineData("[usuario];[nombres]\nana;Ana\n", "--map", "username=[usuario]", "--format", "csv")]
    [InlineData("""[{"username":"ana","enabled":true}]""", "--format", "keycloak")]
    [InlineData("""{"username":"ana"}""", "--format", "jsonl")]
    public async Task Format_that_was_told_decides_where_the_file_can_be_that(string content, params string[] options)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync(["import", folder.Write("u", content), "--realm", "ambiotec", "--without-passwords", .. options]);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        (await folder.FindAsync("ambiotec", "ana")).ShouldNotBeNull();
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("nada.csv", "There is no file")]
    [InlineData(".", "is a folder")]
    public async Task What_is_no_file_is_told(string name, string sentence)
    {
        await using var folder = new CommandFolder();
        var ran = await folder.RunAsync("import", Path.Combine(folder.Folder, name), "--realm", "ambiotec");
        (ran.Code, ran.Error.Contains(sentence, StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(60_000)]
    public async Task Letters_of_windows_are_told_with_their_line_and_read_when_named(int before)
    {
        await using var folder = new CommandFolder();
        var rows = string.Concat(Enumerable.Range(1, before).Select(i => $"u{i},Nombre\n"));
        var file = folder.Write("u.csv", "");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes($"usuario,nombres\n{rows}íñigo,Íñigo\n"));

        var refused = await folder.RunAsync("import", file, "--realm", "ambiotec", "--dry-run");

        refused.Code.ShouldBe(ExitCode.Problems);
        refused.Error.ShouldContain($"line {before + 2}: this is not UTF-8");
        refused.Error.ShouldContain("--encoding windows-1252");
        if (before < 1_000)
        {
            (await folder.RunAsync("import", file, "--realm", "ambiotec", "--encoding", "windows-1252", "--without-passwords")).Code.ShouldBe(ExitCode.Done);
            (await folder.FindAsync("ambiotec", "ÍÑIGO"))!.GivenName.ShouldBe("Íñigo");
        }
    }

    /// <summary>What the file is written in, what --encoding says, and what is said of it. Its second line has a letter beyond ASCII.</summary>
    [Theory]
    [InlineData("utf-8", "windows-1252", "line 2: this is UTF-8, and so is all of the file")]
    [InlineData("utf-8", "ibm850", "line 2: this is UTF-8")]
    [InlineData("utf-8", "utf-16", "is not UTF-16")]
    [InlineData("utf-8-mark", "iso-8859-1", "is utf-8, as its first bytes say")]
    [InlineData("utf-16-mark", "windows-1252", "is utf-16, as its first bytes say, and not windows-1252")]
    [InlineData("utf-16", null, "--encoding utf-16")]
    [InlineData("utf-16-cut", "utf-16", "line 3: this is not UTF-16")]
    [InlineData("ibm850", "windows-1252", "line 2: the byte 0x90 is no letter in windows-1252")]
    [InlineData("ibm850", "iso-8859-15", "line 2: the byte 0x90 is no letter in iso-8859-15")]
    [InlineData("utf-16-mark", null, null)]
    [InlineData("utf-16-mark", "utf-16", null)]
    [InlineData("utf-16", "utf-16", null)]
    [InlineData("utf-16be-mark", "utf-16", null)]
    [InlineData("windows-1252", "iso-8859-1", null)]
    [InlineData("ibm850", "ibm850", null)]
    public async Task Letters_that_are_not_those_that_were_named_are_refused_and_the_right_ones_read(string written, string? told, string? sentence)
    {
        await using var folder = new CommandFolder();
        var file = Path.Combine(folder.Folder, "u.csv");
        var encoding = written.StartsWith("utf-16be", StringComparison.Ordinal) ? Encoding.BigEndianUnicode : Zaguan.Users.Import.ImportEncoding.Known[written.Replace("-mark", "", StringComparison.Ordinal).Replace("-cut", "", StringComparison.Ordinal)]();
        byte[] mark = written.EndsWith("-mark", StringComparison.Ordinal) ? encoding.GetPreamble() : [];
        byte[] cut = written.EndsWith("-cut", StringComparison.Ordinal) ? [65] : [];
        await File.WriteAllBytesAsync(file, [.. mark, .. encoding.GetBytes("usuario,nombres\nana,Élida Muñoz\n"), .. cut]);

        var ran = await folder.RunAsync(["import", file, "--realm", "ambiotec", "--without-passwords", .. told is null ? Array.Empty<string>() : new[] { "--encoding", told }]);

        ran.Code.ShouldBe(sentence is null ? ExitCode.Done : ExitCode.Problems, ran.Output + ran.Error);
        ran.Error.ShouldContain(sentence ?? "");
        if (sentence is null)
        {
            (await folder.FindAsync("ambiotec", "ana"))!.GivenName.ShouldBe("Élida Muñoz");
            ran.Output.ShouldNotContain("Look at");
        }
    }

    [Theory]
    [InlineData("MuÃ±oz", true)]
    [InlineData("Ã‘ico", true)]
    [InlineData("Mu?oz", true)]
    [InlineData("Mu\uFFFDoz", true)]
    [InlineData("Mu├▒oz", true)]
    [InlineData("Mu¤oz", true)]
    [InlineData("Mu±oz", true)]
    [InlineData("Muñoz", false)]
    [InlineData("JOÃO DA IRMÃ", false)]
    [InlineData("Gal·la Ángela Pérez-Íñiguez", false)]
    public async Task Name_in_letters_that_nobody_has_comes_in_and_is_told(string name, bool isTold)
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("import", folder.Write("u.csv", $"usuario,nombres\nana,Ana\nbea,{name}\n"), "--realm", "ambiotec", "--without-passwords");

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.Contains("Look at 1 row in line 3: a name has letters", StringComparison.Ordinal).ShouldBe(isTold, ran.Output);
    }

    [Fact]
    public async Task Quote_without_end_stops_the_reading_with_its_line_and_what_stood_before_stays()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", "");
        await using (var writer = new StreamWriter(file))
        {
            await writer.WriteAsync($"usuario,clave\nana,\"{Strong}\"\nbea,\"abc\n");
            for (var i = 0; i < 100; i++)
            {
                await writer.WriteAsync(new string('x', 1_000_000));
            }
        }

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Error.ShouldContain("line 3: the row that begins here has no end");
    }

    [Theory]
    [InlineData("bea,\"mal\ncora,x\ndora,\"y\"\neva,bien entrada\n", 1, 2, 3, 5)]
    [InlineData("\n\nbea,\"mal\ncora,x\n", 1, 1, 5, 6)]
    [InlineData("bea,\"mal\ncora,x\"\neva,bien entrada\n", 1, 1, 3, 4)]
    public async Task Quote_that_takes_in_other_rows_is_refused_with_the_lines_that_it_took(string rows, int refused, int inside, int line, int last)
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave\nana,la de Ana\n{rows}");

        var told = await folder.RunAsync("import", file, "--realm", "ambiotec", "--password-format", "plain", "--dry-run");
        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--password-format", "plain", "--json");

        ran.Code.ShouldBe(ExitCode.Problems);
        (ran.Json.GetProperty("refused").GetInt32(), ran.Json.GetProperty("linesInRefused").GetInt32()).ShouldBe((refused, inside));
        var first = ran.Json.GetProperty("firstRefused")[0];
        first.GetProperty("line").GetInt32().ShouldBe(line);
        first.GetProperty("reason").GetString()!.ShouldContain($"goes on to line {last}, because of a quote");
        told.Output.ShouldContain($"lines not read    {inside}: ");
        (await folder.ListAsync("SELECT username FROM users ORDER BY key")).ShouldBe(rows.Contains("eva", StringComparison.Ordinal) ? "ana,eva" : "ana");
    }

    [Fact]
    public async Task Row_over_several_lines_comes_in_and_is_told_because_it_may_hold_other_rows()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.csv", $"usuario,clave,notas\nana,{Strong},x\nbea,{Strong},\"Calle 1\n28001 Madrid\"\n".Replace(Strong, $"\"{Strong}\"", StringComparison.Ordinal));

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Output.ShouldContain("Look at 1 row in line 3: a quote holds line ends");
        (await folder.AskAsync<long>("SELECT count(*) FROM users")).ShouldBe(2);
    }

    [Fact]
    public async Task Line_of_json_without_end_is_read_over_and_the_others_come_in()
    {
        await using var folder = new CommandFolder();
        var file = folder.Write("u.jsonl", $$"""
            {"username":"ana","password":"{{Strong}}"}
            {"username":"bea","password":"{{new string('x', 5_000_000)}}"}
            {"username":"cora","password":
            {"username":"\ud800","password":null}
            {"username":"dora","username":"dina"}
            [1]
            {"username":"eva","password":""}

            {"username":"zoe","password":null}
            """);

        var ran = await folder.RunAsync("import", file, "--realm", "ambiotec", "--json");

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Json.GetProperty("firstRefused").EnumerateArray().Select(r => r.GetProperty("line").GetInt32()).ShouldBe([2, 3, 4, 5, 6, 7]);
        (await folder.ListAsync("SELECT username FROM users ORDER BY key")).ShouldBe("ana,zoe");
    }

    [Theory]
    [Trait("Database", TestDatabase.FileOnly)]
    [InlineData("import", "Name a file")]
    [InlineData("import u.csv --query SELECT", "one of them")]
    [InlineData("import u.csv --from x", "--query")]
    [InlineData("import u.csv --map usuario", "WHAT=COLUMN")]
    [InlineData("import u.csv --map usernme=x", "Did you mean \"username\"?")]
    [InlineData("import u.csv --encoding utf-9", "Did you mean \"utf-8\"?")]
    [InlineData("import u.csv --format keyclaok", "Did you mean \"keycloak\"?")]
    [InlineData("import u.csv --password-format plian", "Did you mean \"plain\"?")]
    [InlineData("import u.csv --password-format MD5(slt+pass)", "--password-format has no \"MD5(slt+pass)\". Did you mean \"md5(salt+pass)\"?")]
    [InlineData("import u.csv --password-format md5 --salt sal", "is that of hashes without a salt, and --salt names \"sal\" as the column of theirs. Where they were salted, say how, with --password-format: md5(salt+pass), md5(pass+salt)")]
    [InlineData("import u.csv --password-format plain --salt sal", "\"plain\" takes no salt from another column")]
    [InlineData("export --with-hashes", "--output")]
    [InlineData("export --format xml", "csv, jsonl")]
    public async Task Command_line_that_is_not_ours_is_told(string line, string sentence)
    {
        await using var folder = new CommandFolder();
        var ran = await folder.RunAsync(line.Split(' '));
        (ran.Code, ran.Error.Contains(sentence, StringComparison.Ordinal)).ShouldBe((ExitCode.Usage, true), ran.Error);
    }
}
