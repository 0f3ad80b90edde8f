using System.Security.Cryptography;
using System.Text;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Users.Import;

/// <summary>Users straight from an old SQL Server, with its driver, from a server of our own that speaks its protocol.</summary>
public sealed class SqlServerTests
{
    private const string Query = "SELECT id_usuario, usuario, clave, hash, activo, bloqueado_hasta FROM usuario";

    private static readonly TdsAnswer ThreeUsers = new()
    {
        Columns = [("id_usuario", TdsType.Int), ("usuario", TdsType.Nvarchar), ("clave", TdsType.Varbinary), ("activo", TdsType.Bit), ("alta", TdsType.DateTime2), ("visto", TdsType.DateTimeOffset), ("notas", TdsType.NvarcharMax)],
        Rows =
        [
            [5, "ana", SqlServer2012("clave de Ana"), true, new DateTime(2020, 2, 1, 10, 30, 0, 500, DateTimeKind.Unspecified), new DateTimeOffset(2021, 2, 1, 10, 30, 0, TimeSpan.FromHours(-5)), "Ñandú"],
            [6, "begoña", SqlServer2012("clave de Begoña"), false, null, null, null],
            [null, "cora", null, null, null, null, new string('x', 10_000)],
        ],
    };

    [Fact]
    public async Task Users_of_an_old_SQL_Server_come_in_with_their_types_and_nothing_is_written_to_it()
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.Issue(["127.0.0.1"]);
        await using var server = new OldSqlServer { Certificate = certificate, Answer = ThreeUsers };
        await using var folder = new CommandFolder();
        var trusted = folder.Write("servidor.pem", certificate.ExportCertificatePem());
        var connection = folder.Write("from.txt", $"Server=127.0.0.1,{server.Port};Database=clinica;User Id=lector;Password=muysecreta;ServerCertificate={trusted}\n");

        var ran = await folder.RunAsync("import", "--from-file", connection, "--query", Query, "--realm", "ambiotec", "--attributes", "--no-password-where-empty");

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        var ana = (await folder.FindAsync("ambiotec", "ana")).ShouldNotBeNull();
        (ana.Number, ana.Active).ShouldBe((5, true));
        Samples.Verifies("clave de Ana", ana.Password).ShouldBeTrue();
        ana.Attributes.ShouldNotBeNull().ShouldContain("2020-02-01T10:30:00.5");
        ana.Attributes.ShouldContain("2021-02-01T10:30:00.0000000-05:00");
        var begoña = (await folder.FindAsync("ambiotec", "BEGOÑA")).ShouldNotBeNull();
        (begoña.Number, begoña.Active).ShouldBe((6, false));
        Samples.Verifies("clave de Begoña", begoña.Password).ShouldBeTrue();
        (await folder.FindAsync("ambiotec", "cora")).ShouldNotBeNull().Password.ShouldBeNull();
        server.Asked.ShouldBe(["login lector", "begin", Query, "rollback"]);
    }

    [Theory]
    [InlineData(false, "", "does not support encryption")]
    [InlineData(true, "", "Its certificate is none that this system believes. Name the file of the right one with ServerCertificate=FILE")]
    [InlineData(true, ";Encrypt=True", "Its certificate is none that this system believes.")]
    public async Task Password_is_sent_to_no_server_that_is_not_encrypted_and_believed(bool encrypts, string more, string sentence)
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.Issue(["127.0.0.1"]);
        await using var server = new OldSqlServer { Certificate = encrypts ? certificate : null, Answer = ThreeUsers };
        await using var folder = new CommandFolder();

        var ran = await ImportAsync(folder, server, more);

        (ran.Code, ran.Error.Contains(sentence, StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), ran.Error);
        server.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(";TrustServerCertificate=True")]
    [InlineData(";Encrypt=False")]
    public async Task Who_says_that_a_server_is_to_be_believed_all_the_same_is_heard(string more)
    {
        using var certificates = new TestCertificates();
        using var certificate = certificates.Issue(["otro"]);
        await using var server = new OldSqlServer { Certificate = more.Contains("Encrypt", StringComparison.Ordinal) ? null : certificate, Answer = ThreeUsers };
        await using var folder = new CommandFolder();

        var ran = await ImportAsync(folder, server, more);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
    }

    [Fact]
    public async Task Login_that_fails_is_told_in_the_words_of_the_server()
    {
        await using var server = new OldSqlServer { Password = "otra" };
        await using var folder = new CommandFolder();

        var ran = await ImportAsync(folder, server, ";Encrypt=False");

        (ran.Code, ran.Error.Contains("The SQL Server database cannot be asked: Login failed for user 'lector'.", StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), ran.Error);
        server.Asked.ShouldBe(["login lector"]);
    }

    [Fact]
    public async Task Query_that_is_wrong_is_told_in_the_words_of_the_server()
    {
        await using var server = new OldSqlServer { Answer = new() { Error = (208, "Invalid object name 'usuario'.") } };
        await using var folder = new CommandFolder();

        var ran = await ImportAsync(folder, server, ";Encrypt=False");

        (ran.Code, ran.Error.Contains("The SQL Server database cannot be asked: Invalid object name 'usuario'.", StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), ran.Error);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Server_that_stops_between_rows_is_told_with_the_row(bool hangsUp)
    {
        await using var server = new OldSqlServer { Answer = new() { Columns = ThreeUsers.Columns, Rows = ThreeUsers.Rows, HangsUp = hangsUp, Error = hangsUp ? null : (1205, "Transaction was deadlocked.") } };
        await using var folder = new CommandFolder();

        var ran = await ImportAsync(folder, server, ";Encrypt=False");

        (ran.Code, ran.Error.Contains("The SQL Server database stopped at row 4: ", StringComparison.Ordinal)).ShouldBe((ExitCode.Problems, true), ran.Error);
        ran.Error.Contains("deadlocked", StringComparison.Ordinal).ShouldBe(!hangsUp, ran.Error);
    }

    private static async Task<Ran> ImportAsync(CommandFolder folder, OldSqlServer server, string more)
    {
        var connection = $"Server=127.0.0.1,{server.Port};Database=clinica;User Id=lector;Password=muysecreta{more}";
        var ran = await folder.RunAsync("import", "--from", connection, "--query", Query, "--realm", "ambiotec", "--no-password-where-empty");
        (ran.Output + ran.Error).ShouldNotContain("muysecreta");
        return ran;
    }

    /// <summary>As PWDENCRYPT makes it: a version, a salt, and the digest of the password and the salt.</summary>
    private static byte[] SqlServer2012(string password)
    {
        byte[] salt = [7, 7, 7, 7];
        return [2, 0, .. salt, .. SHA512.HashData([.. Encoding.Unicode.GetBytes(password), .. salt])];
    }
}
