using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Text.Json;
using Zaguan.Commands;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>zaguan doctor says in words what is wrong with a directory.</summary>
[Collection(SambaTests.Name)]
[UnsupportedOSPlatform("windows")]
[Trait("Database", TestDatabase.FileOnly)]
public sealed class DirectoryDoctorTests(SambaDirectory samba)
{
    private static readonly string[] OnlyLdap = ["ldap"];

    [Fact]
    public async Task Nothing_is_wrong_with_a_directory_that_answers()
    {
        var group = await samba.AddGroupAsync("Recepción");

        var findings = await FindingsAsync(new() { ["Roles"] = new[] { new { Group = group, Role = "Recepcionista" } } });

        findings.ShouldHaveSingleItem().ShouldBe(("good", $"clinica, ldaps://{samba.Address}:636, as {SambaDirectory.ServiceAccount}"));
    }

    [Theory]
    [InlineData("ldaps://nadie.clinica.invalid", "DNS knows no address of nadie.clinica.invalid")]
    [InlineData("ldaps://{address}:1", "Nobody listens on {address}, port 1")]
    [InlineData("ldaps://{address}:389", "That is the port of plain LDAP")]
    public async Task Server_that_cannot_be_reached_is_told_in_words(string server, string sentence)
    {
        var found = await FindingsAsync(new() { ["Servers"] = new[] { server.Replace("{address}", samba.Address.ToString(), StringComparison.Ordinal), samba.Server } });

        found.Count.ShouldBe(2);
        found[0].Verdict.ShouldBe("problem");
        found[0].Sentence.ShouldContain(sentence.Replace("{address}", samba.Address.ToString(), StringComparison.Ordinal));
        found[1].Verdict.ShouldBe("good");
    }

    [Fact]
    public async Task Server_that_hangs_is_told_in_words()
    {
        await using var hanging = new TcpRelay(to: null);

        (await FindingsAsync(new() { ["Servers"] = new[] { hanging.Server }, ["Deadline"] = "1s" })).ShouldHaveSingleItem().Sentence.ShouldContain("says nothing");
    }

    [Fact]
    public async Task Certificate_that_is_not_good_is_told_in_words()
    {
        (await FindingsAsync(new() { ["CertificateAuthorityFile"] = samba.OtherAuthoritiesFile })).ShouldHaveSingleItem().Sentence.ShouldContain("The certificate comes from CN=Pruebas, which ");

        await using var elsewhere = new TcpRelay(new(samba.Address, 636), "127.0.0.2");
        var wrongName = (await FindingsAsync(new() { ["Servers"] = new[] { elsewhere.Server } })).ShouldHaveSingleItem().Sentence;
        wrongName.ShouldContain("dc1.clinica.example");
        wrongName.ShouldContain("not for 127.0.0.2");

        using var certificates = new TestCertificates();
        using var expired = certificates.Issue(["127.0.0.1"], isExpired: true);
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsServerAsync(expired);
        });
        await using var folder = new CommandFolder();
        var authority = folder.Write("ca.pem", certificates.AuthorityPem);
        (await FindingsAsync(new() { ["Servers"] = new[] { $"ldaps://127.0.0.1:{((System.Net.IPEndPoint)listener.LocalEndpoint).Port}" }, ["CertificateAuthorityFile"] = authority }))
            .ShouldHaveSingleItem().Sentence.ShouldContain("and not now");
        await serving;
    }

    [Fact]
    public async Task Service_account_base_and_group_that_are_wrong_are_told_in_words()
    {
        await using var folder = new CommandFolder();
        var wrong = folder.Write("wrong.secret", "Equivocada-2026");
        File.SetUnixFileMode(wrong, UnixFileMode.UserRead);

        var refused = (await FindingsAsync(new() { ["Search"] = Search(passwordFile: wrong) })).ShouldHaveSingleItem().Sentence;
        refused.ShouldContain($"The service account {SambaDirectory.ServiceAccount} is not let in: name or password is wrong (data 52e)");
        refused.ShouldNotContain("Equivocada");

        var misplaced = await FindingsAsync(new() { ["Search"] = Search(@base: "OU=Nada,DC=clinica,DC=example"), ["Roles"] = new[] { new { Group = "CN=Nadie,DC=clinica,DC=example", Role = "Nada" } } });
        misplaced.Count.ShouldBe(2);
        misplaced[0].Sentence.ShouldContain("There is no entry OU=Nada,DC=clinica,DC=example");
        misplaced[1].Sentence.ShouldContain("There is no group CN=Nadie,DC=clinica,DC=example");

        // Without an account that may look, it is compared with what the directory says it holds.
        var elsewhere = await FindingsAsync(new() { ["BindAs"] = "{username}@clinica.example", ["Search"] = new { Base = "DC=otra,DC=example" } });
        elsewhere.ShouldHaveSingleItem().Sentence.ShouldContain("DC=otra,DC=example (\"Base\") is not of this directory, which holds DC=clinica,DC=example");
    }

    [Fact]
    public async Task Password_file_that_everybody_can_read_is_a_problem()
    {
        await using var folder = new CommandFolder();
        var open = folder.Write("open.secret", await File.ReadAllTextAsync(samba.ServicePasswordFile));
        File.SetUnixFileMode(open, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var ran = await RunAsync(new() { ["Search"] = Search(passwordFile: open) });

        ran.Code.ShouldBe(ExitCode.Problems);
        ran.Output.ShouldContain($"chmod o-rwx {open}");
    }

    private object Search(string @base = SambaDirectory.Base, string? passwordFile = null) =>
        new { Base = @base, BindAs = SambaDirectory.ServiceAccount, PasswordFile = passwordFile ?? samba.ServicePasswordFile };

    private async Task<List<(string Verdict, string Sentence)>> FindingsAsync(Dictionary<string, object> settings)
    {
        var ran = await RunAsync(settings);
        var found = ran.Json.EnumerateArray().Where(f => f.GetProperty("about").ValueEquals("directory"))
            .Select(f => (f.GetProperty("verdict").GetString()!, f.GetProperty("sentence").GetString()!)).ToList();
        ran.Code.ShouldBe(found.TrueForAll(f => f.Item1 is "good") ? ExitCode.Done : ExitCode.Problems, ran.Output);
        return found;
    }

    private async Task<Ran> RunAsync(Dictionary<string, object> settings)
    {
        var directory = new Dictionary<string, object>
        {
            ["Servers"] = new[] { samba.Server },
            ["CertificateAuthorityFile"] = samba.AuthoritiesFile,
            ["Search"] = Search(),
        };
        foreach (var (name, value) in settings)
        {
            directory[name] = value;
        }

        await using var folder = new CommandFolder();
        folder.Write("zaguan.json", JsonSerializer.Serialize(new
        {
            DataFolder = Path.Combine(folder.Folder, "data"),
            Applications = new { inventario = new { Sources = OnlyLdap } },
            Directories = new { clinica = directory },
        }));
        return await folder.RunAsync("doctor", "--json");
    }
}
