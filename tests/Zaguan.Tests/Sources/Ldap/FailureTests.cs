using System.Diagnostics;
using System.Net;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>A directory that cannot be asked is never a wrong password.</summary>
[Collection(SambaTests.Name)]
[Trait("Database", TestDatabase.FileOnly)]
public sealed class FailureTests(SambaDirectory samba)
{
    private const string Password = "Contraseña-de-ñandú-2026";

    [Fact]
    public async Task Server_that_is_gone_and_comes_back_is_asked_again()
    {
        await samba.AddUserAsync("vuelta", Password);
        var clock = new ManualClock();
        using var house = LdapHouse.Open(LdapHouse.ByTemplate(samba), clock);
        (await house.LogInAsync("vuelta", Password)).ShouldBe(Outcome.Granted);

        await samba.StopAsync();
        try
        {
            for (var i = 0; i < 10; i++)
            {
                (await house.LogInAsync("vuelta", i % 2 == 0 ? Password : "equivocada")).ShouldBe(Outcome.SourceUnavailable);
            }
        }
        finally
        {
            await samba.StartAsync();
        }

        // Left alone for a moment: nobody asks it, although it is back.
        house.Log.ShouldContain(l => l.Contains(" 1212 ", StringComparison.Ordinal));
        (await house.LogInAsync("vuelta", Password)).ShouldBe(Outcome.SourceUnavailable);

        clock.Advance(TimeSpan.FromSeconds(6));
        (await house.LogInAsync("vuelta", Password)).ShouldBe(Outcome.Granted);
        (await house.LogInAsync("vuelta", "equivocada")).ShouldBe(Outcome.WrongPassword);
        house.Log.ShouldContain(l => l.Contains(" 1213 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Second_server_is_asked_where_the_first_is_dead_and_then_first_for_a_while()
    {
        await samba.AddUserAsync("segunda", Password);
        await using var hanging = new TcpRelay(to: null);
        var settings = LdapHouse.ByTemplate(samba, hanging.Server, $"ldaps://{samba.Address}:1", samba.Server);
        settings["Deadline"] = "12s";
        using var house = LdapHouse.Open(settings);

        for (var i = 0; i < 20; i++)
        {
            (await house.LogInAsync("segunda", i % 2 == 0 ? Password : "equivocada")).ShouldBe(i % 2 == 0 ? Outcome.Granted : Outcome.WrongPassword, string.Join('\n', house.Log));
        }

        hanging.Connections.ShouldBe(1);
        house.Log.Count(l => l.Contains(" 1211 ", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hanging_server_could_not_be_asked_within_the_deadline(bool searches)
    {
        await using var hanging = new TcpRelay(to: null);
        var settings = searches ? LdapHouse.BySearch(samba, hanging.Server) : LdapHouse.ByTemplate(samba, hanging.Server);
        settings["Deadline"] = "1s";
        using var house = LdapHouse.Open(settings);
        var began = Stopwatch.GetTimestamp();

        // More than there are threads, all at once.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => house.LogInAsync("administrator", Password)));

        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(20), "they would wait for ever; the machine is shared");
        outcomes.ShouldAllBe(o => o == Outcome.SourceUnavailable);

        // The breaker is open: nobody is asked any more.
        house.Log.ShouldContain(l => l.Contains(" 1212 ", StringComparison.Ordinal));
        (await house.LogInAsync("administrator", Password)).ShouldBe(Outcome.SourceUnavailable);
    }

    [Fact]
    public async Task Threads_that_hung_serve_again_when_the_server_answers()
    {
        await samba.AddUserAsync("paciente", Password);
        var clock = new SkippingClock();
        await using var relay = new TcpRelay(new(samba.Address, 636)) { IsSilent = true };
        var settings = LdapHouse.ByTemplate(samba, relay.Server);
        settings["Deadline"] = "6s";
        using var house = LdapHouse.Open(settings, clock);
        (await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => house.LogInAsync("paciente", Password)))).ShouldAllBe(o => o == Outcome.SourceUnavailable);

        relay.IsSilent = false;
        clock.Skip(TimeSpan.FromMinutes(1));

        // Every thread: each has hung, in a TLS handshake that libldap would wait for without an end.
        await Eventually.BecomesTrueAsync(async () => await house.LogInAsync("paciente", Password) == Outcome.Granted, "the directory is asked again");
        (await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => house.LogInAsync("paciente", Password)))).ShouldAllBe(o => o == Outcome.Granted);
    }

    [Fact]
    public async Task Password_that_was_sent_and_not_answered_is_unclear()
    {
        await samba.AddUserAsync("silencio", Password);
        await using var relay = new TcpRelay(new(samba.Address, 636));
        using var house = LdapHouse.Open(LdapHouse.ByTemplate(samba, relay.Server));
        (await house.LogInAsync("silencio", Password)).ShouldBe(Outcome.Granted);

        // The last that the server says is the answer to the bind, a TLS record of 36 bytes; what comes before it varies by the few bytes of a signature.
        await using var cut = new TcpRelay(new(samba.Address, 636)) { BytesUntilSilence = relay.LongestConversation - 18 };
        var settings = LdapHouse.ByTemplate(samba, cut.Server);
        settings["Deadline"] = "4s";
        using var unheard = LdapHouse.Open(settings);

        (await unheard.LogInAsync("silencio", Password)).ShouldBe(Outcome.SourceUnclear, string.Join('\n', unheard.Log));
        cut.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Certificate_of_another_authority_or_for_another_name_is_not_trusted()
    {
        await samba.AddUserAsync("desconfiada", Password);
        var untrusted = LdapHouse.ByTemplate(samba);
        untrusted["CertificateAuthorityFile"] = samba.OtherAuthoritiesFile;
        var byTheSystem = LdapHouse.ByTemplate(samba);
        byTheSystem.Remove("CertificateAuthorityFile");
        await using var elsewhere = new TcpRelay(new(samba.Address, 636), "127.0.0.2");
        foreach (var settings in new[] { untrusted, byTheSystem, LdapHouse.ByTemplate(samba, elsewhere.Server) })
        {
            using var house = LdapHouse.Open(settings);
            (await house.LogInAsync("desconfiada", Password)).ShouldBe(Outcome.SourceUnavailable);
            (await house.LogInAsync("desconfiada", "equivocada")).ShouldBe(Outcome.SourceUnavailable);
            house.Log.ShouldContain(l => l.Contains(" 1211 ", StringComparison.Ordinal));
        }

        elsewhere.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData("TLS_REQCERT never")]
    [InlineData("TLS_REQCERT allow")]
    public async Task Settings_of_the_machine_do_not_weaken_that(string setting)
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "ldap.conf"), setting);
        var configuration = Path.Combine(folder.FullName, "zaguan.json");
        await File.WriteAllTextAsync(configuration, $$"""
            {
              "Applications": { "inventario": { "Sources": ["ldap"] } },
              "Directories": { "clinica": { "Servers": ["{{samba.Server}}"], "CertificateAuthorityFile": "{{samba.OtherAuthoritiesFile}}", "BindAs": "{username}@clinica.example" } }
            }
            """);
        var options = new ServerOptions { IsDevelopment = false, Folder = folder.FullName, Environment = { ["LDAPCONF"] = Path.Combine(folder.FullName, "ldap.conf") } };
        await using (var server = await ServerProcess.StartAsync(options))
        {
            using var answer = await server.PostAsync("/api/v1/auth/login", """{"username":"administrator","password":"equivocada"}""");

            answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            server.Output.ShouldContain("cannot be asked");
        }

        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Nobody_listens_or_the_port_is_that_of_plain_ldap_or_there_is_no_such_name()
    {
        foreach (var server in new[] { $"ldaps://{samba.Address}:1", $"ldaps://{samba.Address}:389", "ldaps://nadie.clinica.invalid" })
        {
            using var house = LdapHouse.Open(LdapHouse.ByTemplate(samba, server));
            (await house.LogInAsync("administrator", Password)).ShouldBe(Outcome.SourceUnavailable, server);
        }
    }

    [Fact]
    public async Task Service_account_that_is_refused_is_not_tried_again_at_each_login()
    {
        var name = "servicio-olvidado";
        await samba.AddUserAsync(name, Password);
        var settings = LdapHouse.BySearch(samba);
        settings["Search:BindAs"] = $"{name}@clinica.example";
        settings["Search:PasswordFile"] = samba.ServicePasswordFile;
        using (var house = LdapHouse.Open(settings))
        {
            for (var i = 0; i < 3 * SambaDirectory.LockedAfter; i++)
            {
                (await house.LogInAsync("administrator", Password)).ShouldBe(Outcome.SourceUnavailable);
            }

            house.Log.Count(l => l.Contains(" 1214 ", StringComparison.Ordinal)).ShouldBe(1);
        }

        // It is not locked.
        using var itself = LdapHouse.Open(LdapHouse.ByTemplate(samba));
        (await itself.LogInAsync(name, Password)).ShouldBe(Outcome.Granted);
    }

    [Fact]
    public async Task Base_that_is_not_there_could_not_be_asked()
    {
        var settings = LdapHouse.BySearch(samba);
        settings["Search:Base"] = "OU=Nada,DC=clinica,DC=example";
        using var house = LdapHouse.Open(settings);

        (await house.LogInAsync("administrator", Password)).ShouldBe(Outcome.SourceUnavailable);

        house.Log.ShouldContain(l => l.Contains("NoSuchObject", StringComparison.Ordinal));
    }

    /// <summary>The system's, which can be set forward.</summary>
    private sealed class SkippingClock : TimeProvider
    {
        private long skipped;

        public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref skipped);

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + System.GetElapsedTime(0, Interlocked.Read(ref skipped));

        public void Skip(TimeSpan by) => Interlocked.Add(ref skipped, (long)(by.TotalSeconds * TimestampFrequency));
    }
}
