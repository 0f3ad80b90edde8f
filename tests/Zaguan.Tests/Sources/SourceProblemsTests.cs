using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Sources;

[Trait("Database", TestDatabase.FileOnly)]
public sealed class SourceProblemsTests
{
    /// <summary>Settings of ambiotec, and what is said of them.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "Sources:0=upstream;Upstream:Url=http://127.0.0.1/api/login", "\"local\" stands before \"upstream\"" },
        { "Sources:0=local;Sources:1=upstream", "needs to know where the old system is" },
        { "Upstream:Url=http://127.0.0.1/api/login", "\"Sources\" does not list upstream" },
        { "Sources:0=local;Sources:1=local", "is listed twice" },
        { "Sources:0=otra", "otra" },
        { "Sources=", "checks passwords somewhere" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=ftp://x/y", "address of the old login endpoint" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=http://ana:clave@x/y", "address of the old login endpoint" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Mode=adopt", "\"Url\" is missing" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x;Upstream:Contract=ambiotek", "Did you mean \"ambiotec\"" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x;Upstream:Deadline=16s", "at most 15s" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x;Upstream:CertificateAuthorityFile=/no/existe.pem", "cannot be read" },
        { "SourcesDeadline=0s", "more than 0s" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x;Hashing=30s", "together that is less than 60s" },
        { "Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x;Upstream:Mode=compare;OneTimeCodes=optional", "knows no one-time codes" },
    };

    private static readonly string[] TwoApplications = ["ambiotec", "inventario"];

    private static Setup Read(string settings, Dictionary<string, string>? contracts = null)
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-");
        try
        {
            var written = settings.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(s => s.Split('=', 2)).Select(s => (s[0] is "Hashing" ? "Hashing:LongestWait" : $"Applications:ambiotec:{s[0]}", (string?)s[1]));
            return Setup.Read(TestHouse.SetupOptionsOf(new() { IsDevelopment = false, Settings = FourApplications.Settings([.. written]), Contracts = contracts ?? [] }, folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_with_sources_is_said_before_the_start(string settings, string said) =>
        Read(settings).Problems.Select(p => p.ToString()).ShouldContain(p => p.Contains(said, StringComparison.Ordinal), said);

    [Fact]
    public void An_old_system_whose_failures_look_like_refusals_cannot_be_asked()
    {
        var contract = Repository.ContractText("ambiotec")
            .Replace("\"status\": 500, \"body\": { \"error\": \"Error interno al iniciar sesión\" }", "\"status\": 401, \"body\": { \"error\": \"Credenciales inválidas\" }", StringComparison.Ordinal);

        var setup = Read("Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x", new() { ["ambiotec.json"] = contract });

        setup.Problems.ShouldHaveSingleItem().ToString().ShouldContain("one and the same answer for refused and failed");
    }

    [Fact]
    public void An_old_system_that_does_not_say_whom_it_let_in_cannot_be_asked()
    {
        var contract = Repository.ContractText("ambiotec").Replace("\"usuario_login\": \"{user.username}\",", "", StringComparison.Ordinal);

        var setup = Read("Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x", new() { ["ambiotec.json"] = contract });

        setup.Problems.Select(p => p.ToString()).ShouldContain(p => p.Contains("does not say \"{user.username}\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_old_systems_do_not_share_a_realm()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-");
        try
        {
            var settings = FourApplications.Settings(TwoApplications.SelectMany(a => new (string, string?)[]
            {
                ($"Applications:{a}:Realm", "comun"), ($"Applications:{a}:Sources:0", "local"), ($"Applications:{a}:Sources:1", "upstream"), ($"Applications:{a}:Upstream:Url", $"http://127.0.0.1/{a}"),
            }).ToArray());
            var setup = Setup.Read(TestHouse.SetupOptionsOf(new() { IsDevelopment = false, Settings = settings }, folder.FullName));

            setup.Problems.ShouldHaveSingleItem().ToString().ShouldContain("have two old systems");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Passwords_that_travel_as_plain_text_are_told()
    {
        Read("Sources:0=local;Sources:1=upstream;Upstream:Url=http://10.0.0.7/x").Notices.ShouldContain(n => n.Contains("as plain text", StringComparison.Ordinal));
        Read("Sources:0=local;Sources:1=upstream;Upstream:Url=http://127.0.0.1/x").Notices.ShouldNotContain(n => n.Contains("as plain text", StringComparison.Ordinal));
        Read("Sources:0=local;Sources:1=upstream;Upstream:Url=https://10.0.0.7/x").Notices.ShouldNotContain(n => n.Contains("as plain text", StringComparison.Ordinal));
    }
}
