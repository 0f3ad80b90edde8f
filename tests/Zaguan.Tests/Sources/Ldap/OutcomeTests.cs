using System.Text.Json;
using Zaguan.Login;
using Zaguan.Sources;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>What a real domain controller says, and what becomes of it.</summary>
[Collection(SambaTests.Name)]
public sealed class OutcomeTests(SambaDirectory samba)
{
    private const string Password = "Contraseña-de-ñandú-2026";

    [Fact]
    public async Task Right_password_is_granted_and_a_wrong_one_is_wrong()
    {
        await samba.AddUserAsync("lucia", Password);
        await foreach (var house in BothAsync())
        {
            (await house.LogInAsync("lucia", Password)).ShouldBe(Outcome.Granted);
            (await house.LogInAsync("lucia", "Contraseña-de-ñandú-2027")).ShouldBe(Outcome.WrongPassword);
            (await house.LogInAsync("lucia", Password)).ShouldBe(Outcome.Granted);
        }
    }

    [Fact]
    public async Task Windows_name_with_a_backslash_binds_too()
    {
        await samba.AddUserAsync("mateo", Password);
        var settings = LdapHouse.ByTemplate(samba);
        settings["BindAs"] = "CLINICA\\{username}";
        using var house = LdapHouse.Open(settings);

        (await house.LogInAsync("mateo", Password)).ShouldBe(Outcome.Granted);
        (await house.LogInAsync("mateo", Password + "x")).ShouldBe(Outcome.WrongPassword);
    }

    [Fact]
    public async Task Distinguished_name_with_metacharacters_binds_too()
    {
        const string Cn = " #Íñigo, \"el\" <Nº 1>; a+b=c\\d ";
        await samba.AddAsync($"CN=\\ #Íñigo\\, \\\"el\\\" \\<Nº 1\\>\\; a\\+b\\=c\\\\d\\ ,CN=Users,{SambaDirectory.Base}", [("objectClass", "user"), ("sAMAccountName", "inigo"), ("userAccountControl", "512")], Password);
        var settings = LdapHouse.ByTemplate(samba);
        settings["BindAs"] = $"CN={{username}},CN=Users,{SambaDirectory.Base}";
        using var house = LdapHouse.Open(settings);

        // What is typed is trimmed; a stored name is taken as it is.
        (await house.AskAsync("inigo", Password, new User { Username = Cn, Active = true })).Outcome.ShouldBe(Outcome.Granted);
        (await house.AskAsync("inigo", Password + "x", new User { Username = Cn, Active = true })).Outcome.ShouldBe(Outcome.WrongPassword);
    }

    [Fact]
    public async Task Unknown_user_is_for_the_next_source_where_the_directory_says_so()
    {
        using var searching = LdapHouse.Open(LdapHouse.BySearch(samba));
        (await searching.LogInAsync("nadie", Password)).ShouldBe(Outcome.UnknownUser);

        // By name@domain, a domain controller does not tell whether there is such a user.
        using var binding = LdapHouse.Open(LdapHouse.ByTemplate(samba));
        (await binding.LogInAsync("nadie", Password)).ShouldBe(Outcome.WrongPassword);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0Contraseña")]
    [InlineData("Contraseña-de-ñandú-2026\0x")]
    public async Task Password_that_a_directory_would_take_for_none_is_wrong_before_the_wire(string password)
    {
        await using var relay = new TcpRelay(new(samba.Address, 636));
        using var house = LdapHouse.Open(LdapHouse.ByTemplate(samba, relay.Server));

        (await house.LogInAsync("administrator", password)).ShouldBe(Outcome.WrongPassword);

        relay.Connections.ShouldBe(0);
    }

    [Theory]
    [InlineData("disabled", Outcome.Inactive)]
    [InlineData("accountExpired", Outcome.Inactive)]
    [InlineData("expired", Outcome.PasswordExpired)]
    [InlineData("mustChange", Outcome.PasswordMustChange)]
    [InlineData("locked", Outcome.LockedAtSource)]
    public async Task State_of_an_account_is_its_own_outcome(string state, object outcome)
    {
        var name = $"estado-{state}";
        var dn = await samba.AddUserAsync(name, Password);
        using var house = LdapHouse.Open(LdapHouse.ByTemplate(samba));
        (await house.LogInAsync(name, Password)).ShouldBe(Outcome.Granted);

        switch (state)
        {
            case "disabled":
                await samba.SetAsync(dn, "userAccountControl", "514");
                break;
            case "accountExpired":
                await samba.SetAsync(dn, "accountExpires", "130000000000000000");
                break;
            case "expired":
                await samba.ExpireAsync(dn);
                break;
            case "mustChange":
                await samba.SetAsync(dn, "pwdLastSet", "0");
                break;
            default:
                for (var i = 0; i < SambaDirectory.LockedAfter; i++)
                {
                    (await house.LogInAsync(name, "equivocada")).ShouldBe(Outcome.WrongPassword);
                }

                break;
        }

        (await house.LogInAsync(name, Password)).ShouldBe((Outcome)outcome);
    }

    [Fact]
    public async Task Names_with_metacharacters_and_accents_are_found_and_no_other()
    {
        await samba.AddUserAsync("Núñez (hijo) & cía", Password);
        await samba.AddUserAsync("maría.ibáñez", Password);
        using var searching = LdapHouse.Open(LdapHouse.BySearch(samba));
        using var binding = LdapHouse.Open(LdapHouse.ByTemplate(samba));

        (await searching.LogInAsync("núñez (hijo) & cía", Password)).ShouldBe(Outcome.Granted);
        (await searching.LogInAsync("MARÍA.IBÁÑEZ", Password)).ShouldBe(Outcome.Granted);
        (await binding.LogInAsync("maría.ibáñez", Password)).ShouldBe(Outcome.Granted);
        // Decomposed, as macOS types it.
        (await searching.LogInAsync("mari\u0301a.iba\u0301n\u0303ez", Password)).ShouldBe(Outcome.Granted);
        // The directory takes several blanks for one, as Active Directory takes letters without accents for those with; here that is another name.
        (await searching.LogInAsync("núñez  (hijo) & cía", Password)).ShouldBe(Outcome.UnknownUser);
        foreach (var name in new[] { "*", "maría*", "maría.ibáñez)(objectClass=*", "*)(|(objectClass=*", "maría.ibáñez\\2a", "maría.ibáñez\0", "maría\ribáñez", "" })
        {
            (await searching.LogInAsync(name, Password)).ShouldBe(Outcome.UnknownUser, name);
        }
    }

    [Theory]
    [InlineData("administrator@clinica.example")]
    [InlineData("CLINICA\\administrator")]
    [InlineData("CN=Administrator,CN=Users,DC=clinica,DC=example")]
    [InlineData("clinica.example/Users/Administrator")]
    [InlineData("administrator\0")]
    [InlineData("admin\nistrator")]
    public async Task Name_that_would_mean_something_else_in_a_template_is_nobodys_before_the_wire(string name)
    {
        await using var relay = new TcpRelay(new(samba.Address, 636));
        foreach (var template in new[] { "{username}@clinica.example", "CLINICA\\{username}" })
        {
            var settings = LdapHouse.ByTemplate(samba, relay.Server);
            settings["BindAs"] = template;
            using var house = LdapHouse.Open(settings);
            (await house.LogInAsync(name, Password)).ShouldBe(Outcome.UnknownUser);
        }

        relay.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task User_is_made_and_refreshed_from_attributes_and_groups()
    {
        var dn = await samba.AddUserAsync("doctora", Password, ("givenName", "Ángela"), ("sn", "Muñoz"), ("mail", "angela@clinica.example"), ("department", "Cardiología"), ("telephoneNumber", "555\r\n1234"), ("employeeNumber", "4711"));
        var inner = await samba.AddGroupAsync("Cardiólogos (guardia)", dn);
        var outer = await samba.AddGroupAsync("Médicos", inner);
        var settings = new Dictionary<string, string?>
        {
            ["CreateUsers"] = "true",
            ["Attributes:givenName"] = "givenName",
            ["Attributes:familyName"] = "sn",
            ["Attributes:email"] = "mail",
            ["Attributes:phone"] = "telephoneNumber",
            ["Attributes:number"] = "employeeNumber",
            ["Attributes:id"] = "objectGUID",
            ["Attributes:attributes.departamento"] = "department",
            ["Attributes:attributes.despacho"] = "physicalDeliveryOfficeName",
            ["Roles:0:Group"] = $"CN=Domain Admins,CN=Users,{SambaDirectory.Base}",
            ["Roles:0:Role"] = "Dirección",
            ["Roles:1:Group"] = outer.ToUpperInvariant(),
            ["Roles:1:Role"] = "Médico",
            ["Roles:2:Group"] = inner,
            ["Roles:2:Role"] = "Guardia",
        };
        var byTemplate = LdapHouse.ByTemplate(samba);
        byTemplate["Search:Base"] = SambaDirectory.Base;
        foreach (var kind in new[] { LdapHouse.BySearch(samba), byTemplate })
        {
            using var house = LdapHouse.Open(new(kind.Concat(settings)));

            var profile = (await house.AskAsync("DOCTORA", Password)).Profile.ShouldNotBeNull();

            profile.Source.ShouldBe(Source.Ldap);
            profile.Username.ShouldBe("doctora");
            (profile.GivenName, profile.FamilyName, profile.Email, profile.Number).ShouldBe(("Ángela", "Muñoz", "angela@clinica.example", 4711L));
            Guid.TryParse(profile.Id, out _).ShouldBeTrue(profile.Id);
            // A number of two lines is none that could be stored.
            profile.Phone.ShouldBeNull();
            JsonElement.Parse(profile.Attributes!).GetProperty("departamento").GetString().ShouldBe("Cardiología");
            JsonElement.Parse(profile.Attributes!).GetProperty("despacho").ValueKind.ShouldBe(JsonValueKind.Null);
            // The first of the list, through a group in a group, however its name is written.
            profile.RoleName.ShouldBe("Médico");
            (profile.Refreshes, profile.DecidesRole).ShouldBe((true, true));

            // Somebody whom the realm knows keeps the name that he has there.
            (await house.AskAsync("doctora", Password, new User { Username = "Doctora", Active = true })).Profile!.Username.ShouldBe("Doctora");
            (await house.AskAsync("doctora", "equivocada")).ShouldBe(new(Outcome.WrongPassword));
        }
    }

    [Fact]
    public async Task Who_is_in_none_of_the_groups_has_no_role()
    {
        await samba.AddUserAsync("sinrol", Password);
        var settings = LdapHouse.BySearch(samba);
        settings["Roles:0:Group"] = $"CN=Domain Admins,CN=Users,{SambaDirectory.Base}";
        settings["Roles:0:Role"] = "Dirección";
        using var house = LdapHouse.Open(settings);

        var verdict = await house.AskAsync("sinrol", Password, new User { Username = "sinrol", Active = true });

        verdict.Outcome.ShouldBe(Outcome.Granted);
        verdict.Profile.ShouldNotBeNull().RoleName.ShouldBeNull();
        verdict.Profile.DecidesRole.ShouldBeTrue();
    }

    [Fact]
    public async Task Stranger_with_the_right_password_hears_what_a_wrong_one_hears_where_users_are_not_created()
    {
        await samba.AddUserAsync("forastero", Password);
        await foreach (var house in BothAsync())
        {
            (await house.AskAsync("forastero", Password)).ShouldBe(new(Outcome.WrongPassword));
            (await house.AskAsync("forastero", Password, new User { Username = "forastero", Active = false })).ShouldBe(new(Outcome.Inactive));
        }

        var settings = LdapHouse.ByTemplate(samba);
        settings["CreateUsers"] = "true";
        settings["Search:Base"] = SambaDirectory.Base;
        using var creating = LdapHouse.Open(settings);
        (await creating.AskAsync("forastero", Password)).Profile.ShouldNotBeNull().Username.ShouldBe("forastero");
    }

    [Fact]
    public async Task Two_entries_for_one_name_are_nobody_and_nothing_is_sent()
    {
        await samba.AddUserAsync("gemelo-1", Password, ("description", "gemelo"));
        await samba.AddUserAsync("gemelo-2", Password, ("description", "gemelo"));
        var settings = LdapHouse.BySearch(samba);
        settings["Search:Filter"] = "(description={username})";
        using var house = LdapHouse.Open(settings);

        (await house.LogInAsync("gemelo", Password)).ShouldBe(Outcome.SourceUnavailable);

        house.Log.ShouldContain(l => l.Contains("1215 ", StringComparison.Ordinal) && l.Contains("several entries", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_secret_stands_in_the_log()
    {
        await samba.AddUserAsync("discreta", Password);
        var settings = LdapHouse.BySearch(samba, $"ldaps://{samba.Address}:1", samba.Server);
        using var house = LdapHouse.Open(settings);

        (await house.LogInAsync("discreta", Password)).ShouldBe(Outcome.Granted, string.Join('\n', house.Log));
        (await house.LogInAsync("discreta", "Planted-secret-2026")).ShouldBe(Outcome.WrongPassword);

        house.Log.ShouldNotBeEmpty();
        house.Log.ShouldAllBe(l => !l.Contains(Password, StringComparison.Ordinal) && !l.Contains("Planted", StringComparison.Ordinal) && !l.Contains("discreta", StringComparison.Ordinal));
    }

    private async IAsyncEnumerable<LdapHouse> BothAsync()
    {
        foreach (var settings in new[] { LdapHouse.ByTemplate(samba), LdapHouse.BySearch(samba) })
        {
            using var house = LdapHouse.Open(settings);
            yield return house;
            await Task.Yield();
        }
    }
}
