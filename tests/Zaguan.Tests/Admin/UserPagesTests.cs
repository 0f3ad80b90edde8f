using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.UserPages;
using Zaguan.Budgets;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Tests.Admin;

/// <summary>The console's users: who is found, what is shown of one, and what is done to one.</summary>
public sealed class UserPagesTests
{
    private const string AdminPage = "/zaguan/users/romsoft/1";

    private static readonly DemoLogin Romsoft = DemoLogin.Romsoft;

    [Fact]
    public async Task Users_are_found_by_how_a_name_or_an_address_begins_and_by_a_whole_number_or_id()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        await users.TryAddAsync(new() { Realm = "romsoft", Username = "María.Quispe", Number = 4711, Id = "abc-1", Email = "mq@clinica.example" });
        await users.TryAddAsync(new() { Realm = "inventario", Username = "maria", Email = "ventas@tienda.example", Active = false });
        await users.TryAddAsync(new() { Realm = "ambiotec", Username = "4711b", Email = "maría@lab.example", Role = "user" });
        await users.TryAddAsync(new() { Realm = "ambiotec", Username = "<b>ñandú", Password = FourApplications.CheapHash("x") });
        var search = house.Services.GetRequiredService<UserSearch>();

        (await NamesAsync(new() { Text = "marí" })).ShouldBe(["María.Quispe", "4711b"]);
        (await NamesAsync(new() { Text = " MARIA " })).ShouldBe(["maria"]);
        (await NamesAsync(new() { Text = "MQ@CLI" })).ShouldBe(["María.Quispe"]);
        (await NamesAsync(new() { Text = "4711" })).ShouldBe(["María.Quispe", "4711b"], "the number first, and nobody twice");
        (await NamesAsync(new() { Text = "abc-1" })).ShouldBe(["María.Quispe"]);
        (await NamesAsync(new() { Text = "abc-" })).ShouldBeEmpty("an id is whole");
        (await NamesAsync(new() { Text = "%" })).ShouldBeEmpty();
        (await NamesAsync(new() { Text = "\0" })).ShouldBeEmpty();
        (await NamesAsync(new() { Active = false })).ShouldBe(["maria"]);
        (await NamesAsync(new() { Active = false, Realm = "romsoft" })).ShouldBeEmpty();
        (await NamesAsync(new() { Role = "USER" })).ShouldBe(["4711b", "johndoe"]);
        (await NamesAsync(new() { Role = "user", Text = "john" })).ShouldBe(["johndoe"]);
        (await NamesAsync(new() { Role = "user", Hash = HashKind.Modern })).ShouldBe(["johndoe"]);
        (await NamesAsync(new() { Hash = HashKind.Old })).ShouldBe(["<b>ñandú"]);
        (await NamesAsync(new() { Hash = HashKind.None, Active = true })).ShouldBe(["4711b", "María.Quispe"]);

        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        var page = await (await auditor.GetAsync("/zaguan/users?hash=old")).Content.ReadAsStringAsync();
        page.ShouldContain("&lt;b&gt;");
        page.ShouldContain("hx-push-url=\"true\"");
        page.ShouldNotContain("Usuario nuevo");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/zaguan/users?q=maria&state=disabled");
        request.Headers.Add("HX-Request", "true");
        var piece = await (await auditor.Client.SendAsync(request)).Content.ReadAsStringAsync();
        piece.ShouldNotContain("<html");
        piece.ShouldContain("/zaguan/users/inventario/");
        (await auditor.ReadAsync("/zaguan/users?realm=nada&role=nada&state=nada&hash=nada&after=nada")).ShouldContain("Nadie que sea así");

        async Task<List<string>> NamesAsync(UserQuery query) => [.. (await search.FindAsync(query)).Users.Select(u => u.Username)];
    }

    [Fact]
    public async Task Pages_follow_one_another_without_a_gap_and_a_search_ends_where_enough_was_looked_at()
    {
        await using var house = await TestHouse.OpenAsync();
        await AddManyAsync(house, "romsoft", 6_000);
        await AddManyAsync(house, "ambiotec", 70);
        var search = house.Services.GetRequiredService<UserSearch>();

        var all = await PagesAsync(search, new() { Text = "muchos00" });
        all.SelectMany(p => p.Users).Select(u => (u.Realm, u.Username)).ShouldBe(
            Enumerable.Range(1, 70).Select(i => ("ambiotec", $"muchos{i:D6}")).Concat(Enumerable.Range(1, 6_000).Select(i => ("romsoft", $"muchos{i:D6}"))));
        all.SkipLast(1).ShouldAllBe(p => p.Users.Count == UserSearch.PageSize);

        // Addresses begin with the other letter, so that the search by name finds nobody.
        var byEmail = await PagesAsync(search, new() { Text = "correo00005" });
        byEmail.SelectMany(p => p.Users).Count().ShouldBe(20);

        // Two of six thousand are so, and neither has an index of its own.
        var rare = await PagesAsync(search, new() { Realm = "romsoft", Text = "muchos", Active = true, Hash = HashKind.Modern });
        rare[0].IsCutShort.ShouldBeTrue();
        rare.SelectMany(p => p.Users).Select(u => u.Username).ShouldBe(["muchos000001", "muchos006000"]);

        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        var page = await auditor.ReadAsync("/zaguan/users?q=muchos&realm=romsoft&state=active&hash=modern");
        page.ShouldContain("Seguir buscando");
        page.ShouldContain("muchos000001");
        var next = await auditor.ReadAsync("/zaguan/users?q=muchos&realm=romsoft");
        next.ShouldContain("/zaguan/users?q=muchos&realm=romsoft&after=Name%2Fromsoft%2FMUCHOS000050");
    }

    [Theory]
    [InlineData("Name", "ana", null, null, null, "username_key")]
    [InlineData("Name", "", null, null, null, "username_key")]
    [InlineData("Email", "ana", null, null, null, "users_by_email")]
    [InlineData("Name", "ana", false, null, null, "users_disabled")]
    [InlineData("Name", "", null, "None", null, "users_without_password")]
    [InlineData("Name", "ana", true, "Old", null, "users_with_old_password")]
    [InlineData("Name", "", null, "Modern", "user", "users_by_role")]
    [InlineData("Exact", "17", null, null, null, "realm")]
    public async Task A_search_reads_an_index_in_its_order(string way, string text, bool? active, string? hash, string? role, string index)
    {
        await using var house = await TestHouse.OpenAsync();
        var query = new UserQuery { Text = text, Active = active, Role = role, Hash = hash is null ? null : Enum.Parse<HashKind>(hash) };
        foreach (var after in new[] { null, "ANABEL" })
        {
            var look = UserSearch.Look.Of(query, new(Enum.Parse<UserSearch.Way>(way), "romsoft", after), UserSearch.MostLooked);

            var plan = await PlanAsync(house, look);

            plan.ShouldContain(index is "username_key" && !TestDatabase.IsPostgres ? "sqlite_autoindex_users" : index, customMessage: plan);
            plan.ShouldNotContain(TestDatabase.IsPostgres ? "Sort" : "TEMP B-TREE FOR ORDER BY", customMessage: plan);
            plan.ShouldNotContain("Seq Scan on users", customMessage: plan);
            plan.ShouldNotContain("SCAN u", Case.Sensitive, plan);
            plan.ShouldNotContain("SCAN TABLE", customMessage: plan);
            if (look.Statement.Contains("u.key IN", StringComparison.Ordinal) && !TestDatabase.IsPostgres)
            {
                // By the keys that the subquery finds, and not through all of the realm to see who is among them.
                plan.Split('\n').ShouldContain(step => step.StartsWith("SEARCH", StringComparison.Ordinal) && step.Contains("INTEGER PRIMARY KEY (rowid=?)", StringComparison.Ordinal), plan);
            }
        }
    }

    [Fact]
    public async Task One_user_is_shown_unlocked_disabled_and_thrown_out()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        await users.TryAddAsync(new() { Realm = "romsoft", Username = "eva", Number = 2, Password = FourApplications.CheapHash("clave de Eva") });
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
        (await Romsoft.LogsInAsync(house, Romsoft.Body("eva", "clave de Eva"))).ShouldBeTrue();
        for (var i = 0; i < 6; i++)
        {
            await Romsoft.LogsInAsync(house, Romsoft.WrongBody);
        }

        using var auditor = await ConsoleBrowser.EnterAsync(house, AdminRole.Auditor);
        var seen = await auditor.ReadAsync(AdminPage);
        seen.ShouldContain("Pullima");
        seen.ShouldContain("bloqueado");
        seen.ShouldContain("argon2id m=");
        seen.ShouldContain("contraseña incorrecta");
        seen.ShouldNotContain("$argon2id");
        seen.ShouldNotContain("Desbloquear");
        using var operators = await ConsoleBrowser.EnterAsync(house, AdminRole.Operator);
        (await operators.ReadAsync(AdminPage)).ShouldNotContain("Poner contraseña");

        // Another's session is not ended by way of this user.
        var user = (await users.FindByNumberAsync("romsoft", 1))!;
        var sessions = house.Services.GetRequiredService<SessionStore>();
        var (mine, hers) = (await sessions.ListOpenAsync(user, 10), (await sessions.ListOpenAsync((await users.FindByNumberAsync("romsoft", 2))!, 10)).Single());
        await ActAsync("end-session", ("session", hers.Id));
        (await sessions.ListOpenAsync((await users.FindByNumberAsync("romsoft", 2))!, 10)).Count.ShouldBe(1);

        await ActAsync("end-session", ("session", mine[0].Id));
        (await sessions.ListOpenAsync(user, 10)).Select(s => s.Id).ShouldBe([mine[1].Id]);
        await ActAsync("end-sessions");
        (await sessions.ListOpenAsync(user, 10)).ShouldBeEmpty();
        await ActAsync("unlock");
        (await house.Services.GetRequiredService<BudgetStore>().RefusalsAsync(Accounts.Of(user))).ShouldBeEmpty();
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
        await ActAsync("disable");
        await ActAsync("disable");
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeFalse();
        (await sessions.ListOpenAsync(user, 10)).ShouldBeEmpty();
        await ActAsync("enable");
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();

        (await AuditAsync(house, "romsoft/admin")).Select(a => (a.Action, a.Who, a.Before, a.After)).ShouldBe([
            (AuditActions.UserSessionEnded, "Operator", $$"""{"session":"{{mine[0].Id}}"}""", null),
            (AuditActions.UserSessionsEnded, "Operator", null, null),
            (AuditActions.UserUnlocked, "Operator", null, null),
            (AuditActions.UserDisabled, "Operator", """{"active":true}""", """{"active":false}"""),
            (AuditActions.UserEnabled, "Operator", """{"active":false}""", """{"active":true}"""),
        ]);

        async Task ActAsync(string act, params (string, string)[] fields)
        {
            var answer = await operators.PostAsync($"{AdminPage}/{act}", fields);
            (answer.StatusCode, answer.Headers.Location?.ToString()).ShouldBe((HttpStatusCode.SeeOther, AdminPage), act);
        }
    }

    [Fact]
    public async Task A_password_is_made_and_seen_once_or_written_under_the_policy()
    {
        var clock = new ManualClock();
        await using var house = await TestHouse.OpenAsync(new() { Clock = clock });
        using var browser = await ConsoleBrowser.EnterAsync(house);
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
        await browser.ReadAsync($"{AdminPage}/password");

        var page = await (await browser.PostAsync($"{AdminPage}/password", ("how", "generated"))).Content.ReadAsStringAsync();
        var made = page.Split("id=\"generated\">")[1].Split('<')[0];

        made.Length.ShouldBeGreaterThanOrEqualTo(16);
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeFalse();
        (await Romsoft.LogsInAsync(house, Romsoft.Body("admin", made))).ShouldBeTrue();
        (await browser.ReadAsync(AdminPage)).ShouldNotContain(made);

        var refused = await browser.PostAsync($"{AdminPage}/password", ("how", "written"), ("password", "corta"));
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("al menos 12 caracteres");
        (await browser.PostAsync($"{AdminPage}/password", ("how", "written"), ("password", "cuatro palabras bien largas"))).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await Romsoft.LogsInAsync(house, Romsoft.Body("admin", "cuatro palabras bien largas"))).ShouldBeTrue();
        var audit = await AuditAsync(house, "romsoft/admin");
        audit.Select(a => (a.Action, a.After)).ShouldBe([(AuditActions.UserPasswordSet, """{"generated":true}"""), (AuditActions.UserPasswordSet, """{"generated":false}""")]);

        // Who confirmed long ago says once more who they are, and nothing is done before.
        clock.Advance(TimeSpan.FromMinutes(20));
        foreach (var act in new[] { "password", "delete" })
        {
            (await browser.PostAsync($"{AdminPage}/{act}", ("how", "generated"), ("name", "admin"))).Headers.Location!.ToString().ShouldStartWith(ConsoleRoutes.Confirm);
        }

        (await AuditAsync(house, "romsoft/admin")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_user_is_created_changed_and_deleted_and_what_is_taken_is_named()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        using var browser = await ConsoleBrowser.EnterAsync(house);
        (await browser.ReadAsync(UserRoutes.New)).ShouldContain("value=\"ambiotec\"");
        (await browser.ReadAsync($"{UserRoutes.New}?realm=ambiotec")).ShouldContain("<option value=\"user\"");
        (string, string)[] eva = [("realm", "ambiotec"), ("username", " Eva "), ("email", "eva@lab.example"), ("phone", ""), ("given-name", "Eva"), ("family-name", "Ruiz"), ("role", "user"), ("active", "yes")];

        var created = await browser.PostAsync(UserRoutes.New, eva);
        created.Headers.Location!.ToString().ShouldBe("/zaguan/users/ambiotec/2");
        (await browser.ReadAsync("/zaguan/users/ambiotec/2")).ShouldContain("No tiene: no puede entrar");
        var added = (await users.FindByNumberAsync("ambiotec", 2))!;
        (added.Username, added.Email, added.FullName, added.RoleName, added.Active, added.Phone).ShouldBe(("Eva", "eva@lab.example", "Eva Ruiz", "user", true, null));

        var taken = WebUtility.HtmlDecode(await (await browser.PostAsync(UserRoutes.New, With(("username", "JOHNDOE")))).Content.ReadAsStringAsync());
        taken.ShouldContain("El nombre de usuario ya lo tiene johndoe");
        taken.ShouldContain("El correo ya lo tiene Eva");
        taken.ShouldContain("value=\"JOHNDOE\"", Case.Sensitive, "what was written stays");
        var wrong = WebUtility.HtmlDecode(await (await browser.PostAsync(UserRoutes.New, With(("username", ""), ("email", "no es"), ("role", "jefe"), ("phone", "1\t2")))).Content.ReadAsStringAsync());
        wrong.ShouldContain("El nombre de usuario no puede quedar vacío");
        wrong.ShouldContain("«no es» no es una dirección de correo");
        wrong.ShouldContain("No hay ningún papel «jefe»");
        wrong.ShouldContain("El teléfono: hay caracteres");

        var clash = await browser.PostAsync("/zaguan/users/ambiotec/2/edit", With(("username", "johndoe")));
        clash.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await users.FindByNumberAsync("ambiotec", 2))!.Username.ShouldBe("Eva");
        (await browser.PostAsync("/zaguan/users/ambiotec/2/edit", With(("username", "eva.ruiz"), ("email", ""), ("phone", "555"), ("role", ""), ("realm", "romsoft")))).Headers.Location!.ToString().ShouldBe("/zaguan/users/ambiotec/2");
        var edited = (await users.FindByNumberAsync("ambiotec", 2))!;
        (edited.Key, edited.Id, edited.Username, edited.Email, edited.Phone, edited.RoleName, edited.Active).ShouldBe((added.Key, added.Id, "eva.ruiz", null, "555", null, true));
        (await users.FindByNameOrEmailAsync("ambiotec", "EVA.RUIZ"))!.Key.ShouldBe(added.Key);
        (await browser.ReadAsync("/zaguan/users/ambiotec/2/edit")).ShouldContain("value=\"eva.ruiz\"");

        (await browser.PostAsync("/zaguan/users/ambiotec/2/delete", ("name", "Eva"))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await users.FindByNumberAsync("ambiotec", 2)).ShouldNotBeNull();
        (await browser.PostAsync("/zaguan/users/ambiotec/2/delete", ("name", "eva.ruiz"))).Headers.Location!.ToString().ShouldBe(UserRoutes.Users);
        (await users.FindByNumberAsync("ambiotec", 2)).ShouldBeNull();
        (await browser.GetAsync("/zaguan/users/ambiotec/2")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        var audit = await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 3);
        audit.Select(a => (a.Action, a.Object)).ShouldBe([(AuditActions.UserDeleted, "ambiotec/eva.ruiz"), (AuditActions.UserChanged, "ambiotec/Eva"), (AuditActions.UserAdded, "ambiotec/Eva")]);
        audit[1].Before.ShouldBe("""{"username":"Eva","email":"eva@lab.example","phone":null,"givenName":"Eva","familyName":"Ruiz","role":"user","active":true}""");
        audit[1].After.ShouldBe("""{"username":"eva.ruiz","email":null,"phone":"555","givenName":"Eva","familyName":"Ruiz","role":null,"active":true}""");

        (string, string)[] With(params (string Name, string Value)[] others) => [.. eva.Where(f => !others.Any(o => string.Equals(o.Name, f.Item1, StringComparison.Ordinal))), .. others];
    }

    [Fact]
    public async Task Whose_tokens_would_name_another_one_day_has_none_any_more()
    {
        await using var house = await TestHouse.OpenAsync();
        var (users, sessions) = (house.Services.GetRequiredService<UserStore>(), house.Services.GetRequiredService<SessionStore>());
        using var browser = await ConsoleBrowser.EnterAsync(house);
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
        var user = (await users.FindByNumberAsync("romsoft", 1))!;

        await browser.PostAsync($"{AdminPage}/edit", ("username", "admin"), ("phone", "555"), ("active", "yes"));
        (await sessions.ListOpenAsync(user, 10)).Count.ShouldBe(1, "a telephone is in no token");
        await browser.PostAsync($"{AdminPage}/edit", ("username", "jefa"), ("active", "yes"));
        (await sessions.ListOpenAsync(user, 10)).ShouldBeEmpty();
        await browser.PostAsync($"{AdminPage}/edit", ("username", "admin"), ("active", "yes"));
        (await Romsoft.LogsInAsync(house, Romsoft.RightBody)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_form_that_was_opened_before_enables_nobody_who_was_disabled_meanwhile()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        using var browser = await ConsoleBrowser.EnterAsync(house);
        (await browser.ReadAsync($"{AdminPage}/edit")).ShouldNotContain("name=\"active\"");
        await browser.PostAsync($"{AdminPage}/disable");

        await browser.PostAsync($"{AdminPage}/edit", ("username", "admin"), ("phone", "555"), ("active", "yes"));

        var user = (await users.FindByNumberAsync("romsoft", 1))!;
        (user.Phone, user.Active).ShouldBe(("555", false));
    }

    [Fact]
    public async Task An_address_names_nobody_of_another_realm()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        await users.TryAddAsync(new() { Realm = "ambiotec", Username = "solo-aqui", Number = 77 });
        using var browser = await ConsoleBrowser.EnterAsync(house);
        (await browser.ReadAsync("/zaguan/users/ambiotec/77")).ShouldContain("solo-aqui");
        var before = (await users.FindByNumberAsync("ambiotec", 77))!;

        foreach (var path in new[] { "/zaguan/users/romsoft/77", "/zaguan/users/nada/77", "/zaguan/users/romsoft/-1", "/zaguan/users/romsoft/uno", "/zaguan/users/romsoft/99999999999999999999", "/zaguan/users/a%00b/77" })
        {
            foreach (var page in new[] { "", "/edit", "/password", "/delete" })
            {
                // A NUL in an address does not even reach the console.
                ((int)(await browser.GetAsync(path + page)).StatusCode).ShouldBeInRange(400, 404, path + page);
            }

            foreach (var act in new[] { "unlock", "disable", "enable", "end-session", "end-sessions", "edit", "password", "delete" })
            {
                ((int)(await browser.PostAsync($"{path}/{act}", ("name", "solo-aqui"), ("username", "otro"), ("how", "generated"))).StatusCode).ShouldBeInRange(400, 404, $"{path}/{act}");
            }
        }

        (await users.FindByNumberAsync("ambiotec", 77)).ShouldBe(before);
        // Both realms have a number 1, and each address means its own.
        (await browser.ReadAsync(AdminPage)).ShouldContain("Pullima");
        (await browser.ReadAsync("/zaguan/users/ambiotec/1")).ShouldContain("john@example.com");
        await browser.PostAsync($"{AdminPage}/disable");
        (await users.FindByNumberAsync("ambiotec", 1))!.Active.ShouldBeTrue();
        (await users.FindByNumberAsync("romsoft", 1))!.Active.ShouldBeFalse();
    }

    /// <summary>Everything a search finds, page by page, as the links lead.</summary>
    private static async Task<List<UsersFound>> PagesAsync(UserSearch search, UserQuery query)
    {
        var pages = new List<UsersFound>();
        do
        {
            pages.Add(await search.FindAsync(query));
            query = query with { After = pages[^1].Next };
            pages.Count.ShouldBeLessThan(1_000);
        }
        while (query.After is not null);
        return pages;
    }

    /// <summary>Active users without a password but the first and the last.</summary>
    private static Task<int> AddManyAsync(TestHouse house, string realm, int count) => house.Services.GetRequiredService<Database>().WriteAsync(db => db.ExecuteAsync(
        """
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @count)
        INSERT INTO users (realm, number, id, username, username_key, email, email_key, active, password, password_cost, created_at)
        SELECT @realm, 1000 + i, 'id-' || i, 'muchos' || substr('' || (1000000 + i), 2), 'MUCHOS' || substr('' || (1000000 + i), 2),
               'correo' || substr('' || (1000000 + i), 2) || '@example.com', 'CORREO' || substr('' || (1000000 + i), 2) || '@EXAMPLE.COM', @active,
               CASE WHEN i IN (1, @count) THEN @hash END, CASE WHEN i IN (1, @count) THEN 'argon2id m=1,t=1,p=1' END, 0
        FROM n
        """,
        new { realm, count, active = true, hash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }));

    /// <summary>PostgreSQL reads a small table through whatever there is; asked not to, it says what it would do with a large one.</summary>
    private static async Task<string> PlanAsync(TestHouse house, UserSearch.Look look)
    {
        if (!TestDatabase.IsPostgres)
        {
            return await house.Services.GetRequiredService<Database>().ReadAsync(async db => string.Join('\n', (await db.QueryAsync("EXPLAIN QUERY PLAN " + look.Statement, look.Parameters)).Select(step => (string)step.detail)));
        }

        await using var db = await TestDatabase.ConnectAsync(house.Folder);
        await db.ExecuteAsync("SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off");
        return string.Join('\n', await db.QueryAsync<string>($"EXPLAIN {look.Statement}", look.Parameters));
    }

    private static async Task<List<AuditEntry>> AuditAsync(TestHouse house, string what) =>
        [.. (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Where(a => string.Equals(a.Object, what, StringComparison.Ordinal)).Reverse()];
}
