using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Admin;
using Zaguan.Admin.ImportPages;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Admin;

/// <summary>Users of another system, brought in by the console.</summary>
public sealed class ImportPagesTests
{
    private static readonly DemoLogin Ambiotec = DemoLogin.Ambiotec;

    [Fact]
    public async Task A_file_is_mapped_tried_imported_and_gone()
    {
        const string Secret = "clave de Ñusta, secreta";
        const string OldSecret = "la de antes";
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var desk = house.Services.GetRequiredService<ImportDesk>();
        await ana.ReadAsync(ImportRoutes.Home);
        var csv = $"COD;nombre;correo;CLAVE_USR;sede;acceso\nñusta;Ñusta;nusta@example.com;{Secret};Lima;{OldSecret}\n{Ambiotec.Identifier};Otro;otro@example.com;la suya;Cusco;{OldSecret}\nmala;Mala;esto no es un correo;{Secret};Lima;{OldSecret}\n";
        (await UploadAsync(ana, Encoding.Latin1.GetBytes(csv), encoding: "windows-1252")).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await UploadAsync(ana, Encoding.UTF8.GetBytes("otro"))).StatusCode.ShouldBe(HttpStatusCode.Conflict, "one at a time");

        var form = await ana.ReadAsync(ImportRoutes.Home);
        form.ShouldContain("nusta@example.com");
        form.ShouldContain("CSV with semicolons");
        form.ShouldContain("•••");
        form.ShouldNotContain(Secret);
        form.ShouldNotContain(OldSecret, customMessage: "what a column of this name holds, nobody knows");
        (await File.ReadAllTextAsync(Path.Combine(house.Folder, "data", "import", "import.json"))).ShouldNotContain(OldSecret);
        FormOf("correo", "Email").ShouldBeTrue("its name says it");
        (string, string)[] plan = [("realm", "ambiotec"), ("format", "plain"), ("column-0", "Username"), ("column-1", "GivenName"), ("column-2", "Email"), ("column-3", "Password"), ("column-4", "attribute"), ("column-5", "Ignored"), StampOf(form)];
        await RefusesAsync("Diga qué columna es el nombre de usuario", [.. plan, ("column-0", "Ignored"), ("column-2", "Ignored")]);
        await RefusesAsync("Dos columnas no pueden ser lo mismo", [.. plan, ("column-1", "Username")]);
        await RefusesAsync("nadie tiene contraseña", [.. plan, ("without-passwords", "1")]);
        await RefusesAsync("Diga qué columna es la contraseña", [.. plan, ("column-3", "Ignored")]);
        await RefusesAsync("Elija el ámbito", [.. plan, ("realm", "")]);
        (await ana.PostAsync(ImportRoutes.Try, Last([.. plan, ("column-3", "attribute")]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "what may be a secret is no attribute");
        (await ana.PostAsync(ImportRoutes.Try, Last([.. plan, ("realm", "ninguno")]))).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await ana.PostAsync(ImportRoutes.Start, StampOf(form))).StatusCode.ShouldBe(HttpStatusCode.Conflict, "nothing was tried");

        (await ana.PostAsync(ImportRoutes.Try, plan)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        await BecomesAsync(desk, ImportPhase.Tried);
        (await ana.ReadAsync(ImportRoutes.Home)).ShouldContain("Se añadirían");
        (desk.Now!.Outcome!.Added, desk.Now.Outcome.Refused, desk.Now.Outcome.IsDryRun).ShouldBe((1, 2, true));
        (await Ambiotec.LogsInAsync(house, Body("ñusta", Secret))).ShouldBeFalse("nothing is written");

        clock.Advance(TimeSpan.FromMinutes(16));
        (await ana.PostAsync(ImportRoutes.Start)).Headers.Location!.ToString().ShouldStartWith(ConsoleRoutes.Confirm);
        await ana.PostAsync(ConsoleRoutes.Confirm, ("password", ConsoleBrowser.Password), ("code", ana.Code()));
        (await StartAsync(ana)).Headers.Location!.ToString().ShouldBe(ImportRoutes.Home);
        await BecomesAsync(desk, ImportPhase.Done);

        (await Ambiotec.LogsInAsync(house, Body("ñusta", Secret))).ShouldBeTrue();
        (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue("who is there is left alone");
        (await house.Services.GetRequiredService<UserStore>().FindAsync("ambiotec", Zaguan.Contracts.Identifies.Username, "ñusta"))!.Attributes.ShouldBe("""{"sede":"Lima"}""");
        File.Exists(Path.Combine(house.Folder, "data", "import", "users")).ShouldBeFalse("it holds passwords");
        var result = await ana.ReadAsync(ImportRoutes.Home);
        result.ShouldContain("Se han añadido");
        result.ShouldContain("is no e-mail address");
        var refused = await (await ana.GetAsync(ImportRoutes.Refused)).Content.ReadAsStringAsync();
        refused.ShouldContain("mala");
        foreach (var told in new[] { result, refused, await File.ReadAllTextAsync(Path.Combine(house.Folder, "data", "import", "import.json")), string.Join('\n', house.Log.All) })
        {
            told.ShouldNotContain(Secret);
            told.ShouldNotContain("la suya");
        }

        desk.Now!.Sample.Rows.ShouldBeEmpty("what they were shown for is over");

        var done = (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).Where(a => a.Action is AuditActions.ImportStarted or AuditActions.ImportEnded).Reverse().ToList();
        done.Select(a => (a.Action, a.Who, a.Object, a.After)).ShouldBe([
            (AuditActions.ImportStarted, "ana", "ambiotec", """{"file":"usuarios.csv"}"""),
            (AuditActions.ImportEnded, "ana", "ambiotec", """{"how":"done","rows":3,"added":1,"alreadyThere":0,"refused":2}"""),
        ]);
        await ana.PostAsync(ImportRoutes.Discard, await ShownAsync(ana));
        Directory.Exists(Path.Combine(house.Folder, "data", "import")).ShouldBeFalse();
        (await ana.ReadAsync(ImportRoutes.Home)).ShouldContain("Subir y ver qué tiene");

        bool FormOf(string column, string target) => form[form.IndexOf($">{column}</label>", StringComparison.Ordinal)..].Split("</select>")[0].Contains($"value=\"{target}\" selected", StringComparison.Ordinal);
        async Task RefusesAsync(string sentence, (string, string)[] fields)
        {
            using var answer = await ana.PostAsync(ImportRoutes.Try, Last(fields));
            answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain(sentence);
        }
    }

    [Fact]
    public async Task What_cannot_be_imported_from_is_not_kept_and_neither_is_what_nobody_comes_back_for()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("Import:LargestMiB", "1")), new() { Clock = clock });
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        var desk = house.Services.GetRequiredService<ImportDesk>();
        var folder = Path.Combine(house.Folder, "data", "import");
        await ana.ReadAsync(ImportRoutes.Home);

        await RefusesAsync([.. "PK"u8, 3, 4, 0, 0], HttpStatusCode.BadRequest, "usuarios.csv is a ZIP archive");
        await RefusesAsync([], HttpStatusCode.BadRequest, "usuarios.csv is empty");
        await RefusesAsync("usuario;clave\n"u8.ToArray(), HttpStatusCode.BadRequest, "There is nobody to import");
        await RefusesAsync([.. "usuario;clave\n"u8, 0xF1, .. ";x\n"u8], HttpStatusCode.BadRequest, "UTF-8");
        await RefusesAsync(new byte[2 * 1024 * 1024], HttpStatusCode.RequestEntityTooLarge, "más de 1 MiB");
        (await ana.PostAsync(ImportRoutes.File)).StatusCode.ShouldBe(HttpStatusCode.BadRequest, "no file");
        using var foreign = await UploadAsync(ana, "usuario\nx\n"u8.ToArray(), token: "otro");
        foreign.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var op = await ConsoleBrowser.EnterAsync(house, AdminRole.Operator);
        (await UploadAsync(op, "usuario\nx\n"u8.ToArray())).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        Directory.Exists(folder).ShouldBeFalse();

        (await UploadAsync(ana, "usuario;clave\nx;y\n"u8.ToArray())).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.GetUnixFileMode(Path.Combine(folder, "users")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await desk.SweepAsync();
        desk.Now.ShouldNotBeNull();
        clock.Advance(ImportDesk.KeptFor / 2);
        (await desk.ChangePlanAsync(desk.Now!.Stamp)).ShouldBeTrue();
        clock.Advance(ImportDesk.KeptFor / 2);
        await desk.SweepAsync();
        desk.Now.ShouldBeNull();
        Directory.Exists(folder).ShouldBeFalse();

        async Task RefusesAsync(byte[] file, HttpStatusCode status, string sentence)
        {
            using var answer = await UploadAsync(ana, file);
            answer.StatusCode.ShouldBe(status);
            var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
            page.ShouldContain(sentence);
            page.ShouldNotContain(house.Folder);
            Directory.Exists(folder).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task However_an_import_ends_it_is_begun_again_and_adds_nobody_twice()
    {
        // A batch that is written at once, and one that is being hashed meanwhile.
        const int Fast = 1_000;
        const int Slow = 600;
        var csv = new StringBuilder("usuario,clave,password_format\n");
        for (var i = 0; i < Fast + Slow; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"u{i},clave larga {i},{(i < Fast ? "none" : "plain")}\n");
        }

        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            await using (var house = await FourApplications.OpenAsync(options: new() { Folder = folder }))
            {
                using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
                var desk = house.Services.GetRequiredService<ImportDesk>();
                await ana.ReadAsync(ImportRoutes.Home);
                await UploadAsync(ana, Encoding.UTF8.GetBytes(csv.ToString()));
                await ana.PostAsync(ImportRoutes.Try, ("realm", "ambiotec"), ("column-0", "Username"), ("column-1", "Password"), ("column-2", "PasswordFormat"), await ShownAsync(ana));
                await BecomesAsync(desk, ImportPhase.Tried);
                await StartAsync(ana);
                await IsHalfDoneAsync(desk);
                (await ana.ReadAsync(ImportRoutes.Home)).ShouldContain("Puede dejar esta página y volver");
                var underWay = await ShownAsync(ana);
                foreach (var (route, stamp) in new[] { (ImportRoutes.Change, underWay), (ImportRoutes.Discard, underWay), (ImportRoutes.Stop, (ImportRoutes.Stamp, "another's")) })
                {
                    (await ana.PostAsync(route, stamp)).StatusCode.ShouldBe(HttpStatusCode.Conflict, route);
                }

                desk.Now!.Phase.ShouldBe(ImportPhase.Importing);
                (await ana.PostAsync(ImportRoutes.Stop, underWay)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
                desk.Now!.Phase.ShouldBe(ImportPhase.Stopped);
                (await CountAsync(house)).ShouldBe(Fast);
                (await ana.ReadAsync(ImportRoutes.Home)).ShouldContain("La importación se ha parado");

                await StartAsync(ana);
                await IsHalfDoneAsync(desk);
            }

            // As a server leaves it that is killed.
            var record = Path.Combine(folder, "data", "import", "import.json");
            var left = await File.ReadAllTextAsync(record);
            left.ShouldContain("\"Interrupted\"");
            await File.WriteAllTextAsync(record, left.Replace("\"Interrupted\"", "\"Importing\"", StringComparison.Ordinal));
            await using (var house = await FourApplications.OpenAsync(options: new() { Folder = folder }))
            {
                using var eva = await ConsoleBrowser.EnterAsync(house, name: "eva");
                var desk = house.Services.GetRequiredService<ImportDesk>();
                (await CountAsync(house)).ShouldBe(Fast);
                (await eva.ReadAsync(ImportRoutes.Home)).ShouldContain("El servidor se cerró antes");
                await StartAsync(eva);
                await BecomesAsync(desk, ImportPhase.Done);
                (desk.Now!.Outcome!.Added, desk.Now.Outcome.AlreadyThere, desk.Now.Outcome.Refused).ShouldBe((Slow, Fast, 0));
                (await CountAsync(house)).ShouldBe(Fast + Slow);
            }
        }
        finally
        {
            await TestDatabase.DeleteAsync(folder);
        }

        // Beside those of the house.
        static async Task<long> CountAsync(TestHouse house) => await house.Services.GetRequiredService<UserStore>().CountAsync() - DemoLogin.All.Count;
        static Task IsHalfDoneAsync(ImportDesk desk) => Eventually.BecomesTrueAsync(() => Task.FromResult(desk.Progress is { Rows: >= Fast }), "the first batch is written");
    }

    [Fact]
    public async Task Only_what_was_shown_is_begun_changed_or_discarded()
    {
        await using var house = await FourApplications.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        using var eva = await ConsoleBrowser.EnterAsync(house, name: "eva");
        var desk = house.Services.GetRequiredService<ImportDesk>();
        (string, string)[] plan = [("realm", "ambiotec"), ("format", "plain"), ("column-0", "Username"), ("column-1", "Password")];
        await ana.ReadAsync(ImportRoutes.Home);
        await UploadAsync(ana, "usuario;clave\nnueva;una clave larga\n"u8.ToArray());
        var uploaded = await ShownAsync(ana);
        await ana.PostAsync(ImportRoutes.Try, [.. plan, uploaded]);
        await BecomesAsync(desk, ImportPhase.Tried);
        var tried = await ShownAsync(ana);

        (await eva.PostAsync(ImportRoutes.Try, [.. plan, uploaded])).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it is tried already");
        await ShownAsync(eva);
        await eva.PostAsync(ImportRoutes.Change, await ShownAsync(eva));
        await eva.PostAsync(ImportRoutes.Try, [.. Last([.. plan, ("realm", "inventario")]), await ShownAsync(eva)]);
        await BecomesAsync(desk, ImportPhase.Tried);
        foreach (var (route, stale) in from route in new[] { ImportRoutes.Start, ImportRoutes.Change, ImportRoutes.Discard } from stale in new[] { tried, uploaded, ("other", "") } select (route, stale))
        {
            using var answer = await ana.PostAsync(route, stale);
            answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
            WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).ShouldContain("ha cambiado desde que usted la vio");
        }

        desk.Now!.Phase.ShouldBe(ImportPhase.Tried);
        await eva.PostAsync(ImportRoutes.Discard, await ShownAsync(eva));
        await UploadAsync(eva, "correo;sede;clave\nx@example.com;Lima;otra clave larga\n"u8.ToArray());
        (await ana.PostAsync(ImportRoutes.Try, [.. plan, uploaded])).StatusCode.ShouldBe(HttpStatusCode.Conflict, "it is another file");
        (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 100)).ShouldNotContain(a => a.Action == AuditActions.ImportStarted);
    }

    [Fact]
    public async Task Discarding_what_is_gone_takes_nothing_of_a_file_that_is_being_sent()
    {
        await using var house = await FourApplications.OpenAsync();
        using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
        using var eva = await ConsoleBrowser.EnterAsync(house, name: "eva");
        await ana.ReadAsync(ImportRoutes.Home);
        await UploadAsync(ana, "usuario;clave\nvieja;una clave larga\n"u8.ToArray());
        var old = await ShownAsync(eva);
        (await eva.PostAsync(ImportRoutes.Discard, old)).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        var sent = new Pipe();
        var sending = UploadAsync(ana, new StreamContent(sent.Reader.AsStream()));
        // More than what the sender gathers before it sends.
        var beginning = $"usuario;clave\n{string.Concat(Enumerable.Range(0, 10_000).Select(i => $"nueva{i};una clave larga\n"))}";
        await sent.Writer.WriteAsync(Encoding.UTF8.GetBytes(beginning));
        await Eventually.BecomesTrueAsync(() => File.Exists(Path.Combine(house.Folder, "data", "import", "users")), "the file begins to arrive");

        (await eva.PostAsync(ImportRoutes.Discard, old)).StatusCode.ShouldBe(HttpStatusCode.SeeOther, "it is gone, as it should be");

        await sent.Writer.WriteAsync("ultima;una clave larga\n"u8.ToArray());
        await sent.Writer.CompleteAsync();
        (await sending).StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        house.Services.GetRequiredService<ImportDesk>().Now.ShouldNotBeNull().Phase.ShouldBe(ImportPhase.Uploaded);
    }

    [Fact]
    public async Task What_the_disk_does_not_let_it_do_is_said_as_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            // Relative, as the configuration has it that Zaguan comes with.
            await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("DataFolder", Path.GetRelativePath(Environment.CurrentDirectory, Path.Combine(folder, "data")))), new() { Folder = folder });
            using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
            var (desk, files) = (house.Services.GetRequiredService<ImportDesk>(), Path.Combine(folder, "data", "import"));
            (string, string)[] plan = [("realm", "ambiotec"), ("format", "plain"), ("column-0", "Username"), ("column-1", "Password")];
            await ana.ReadAsync(ImportRoutes.Home);
            await UploadAsync(ana, "usuario;clave\nnueva;una clave larga\nvacia;\n"u8.ToArray());

            // A folder stands where a file should: it is no more written than on a disk that is full.
            Directory.CreateDirectory(Path.Combine(files, "refused.csv"));
            await ana.PostAsync(ImportRoutes.Try, [.. plan, await ShownAsync(ana)]);
            await Eventually.BecomesTrueAsync(() => Task.FromResult(desk.Now is { Phase: ImportPhase.Uploaded, Problem: not null }), "the dry run broke off");
            desk.Now!.Problem.ShouldBe("It broke off; the server's log says why. Nothing was written.");
            Directory.Delete(Path.Combine(files, "refused.csv"));

            await ana.PostAsync(ImportRoutes.Try, [.. plan, await ShownAsync(ana)]);
            await BecomesAsync(desk, ImportPhase.Tried);
            (await (await ana.GetAsync(ImportRoutes.Refused)).Content.ReadAsStringAsync()).ShouldContain("vacia");

            Directory.CreateDirectory(Path.Combine(files, "import.json.tmp"));
            (await StartAsync(ana)).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
            desk.Now.Phase.ShouldBe(ImportPhase.Tried);
            (await house.Services.GetRequiredService<AuditLog>().ListAsync(null, 2)).Select(a => (a.Action, a.After)).ShouldBe([
                (AuditActions.ImportEnded, """{"how":"failed","rows":0,"added":0,"alreadyThere":0,"refused":0}"""),
                (AuditActions.ImportStarted, """{"file":"usuarios.csv"}"""),
            ]);
        }
        finally
        {
            await TestDatabase.DeleteAsync(folder);
        }
    }

    [Fact]
    public async Task What_a_server_left_keeps_the_next_from_nothing_but_importing()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        var files = new ImportFolder(Path.Combine(folder, "data"));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var left = new ImportRecord(ImportPhase.Importing, "usuarios.csv", "ana", null, UploadedAt: now, ChangedAt: now) { Stamp = "1", Sample = new("CSV", ["usuario"], []) };
        var blocked = Path.Combine(folder, "data", "import", "import.json.tmp");
        try
        {
            await LeaveAsync(left);
            Directory.CreateDirectory(blocked);
            await using (var house = await FourApplications.OpenAsync(options: new() { Folder = folder }))
            {
                (await Ambiotec.LogsInAsync(house, Ambiotec.RightBody)).ShouldBeTrue();
                using var ana = await ConsoleBrowser.EnterAsync(house, name: "ana");
                using var page = await ana.GetAsync(ImportRoutes.Home);
                page.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync()).ShouldContain("La importación no está disponible");
                (await UploadAsync(ana, "usuario\nx\n"u8.ToArray())).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                (await ana.PostAsync(ImportRoutes.Discard)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
                house.Log.All.Count(l => l.Contains("Users cannot be imported in the console", StringComparison.Ordinal)).ShouldBe(1);

                Directory.Delete(blocked);
                await house.Services.GetRequiredService<ImportDesk>().SweepAsync();
                (await ana.ReadAsync(ImportRoutes.Home)).ShouldContain("El servidor se cerró antes");
            }

            await LeaveAsync(left with { Phase = ImportPhase.Done });
            await using (var house = await FourApplications.OpenAsync(options: new() { Folder = folder }))
            {
                using var eva = await ConsoleBrowser.EnterAsync(house, name: "eva");
                (await eva.ReadAsync(ImportRoutes.Home)).ShouldContain("el archivo se ha borrado del servidor");
                File.Exists(files.Users).ShouldBeFalse("it holds passwords");
            }
        }
        finally
        {
            await TestDatabase.DeleteAsync(folder);
        }

        async Task LeaveAsync(ImportRecord record)
        {
            using var users = new MemoryStream("usuario\nx\n"u8.ToArray());
            (await files.SaveAsync(users, 1_000, default)).ShouldBeTrue();
            files.Write(record);
        }
    }

    /// <summary>The import that this browser is shown now, as its forms say it.</summary>
    private static async Task<(string, string)> ShownAsync(ConsoleBrowser browser) => StampOf(await browser.ReadAsync(ImportRoutes.Home));

    private static (string, string) StampOf(string page) => (ImportRoutes.Stamp, page.Split($"name=\"{ImportRoutes.Stamp}\" value=\"")[1].Split('"')[0]);

    private static async Task<HttpResponseMessage> StartAsync(ConsoleBrowser browser) => await browser.PostAsync(ImportRoutes.Start, await ShownAsync(browser));

    private static Task BecomesAsync(ImportDesk desk, ImportPhase phase) => Eventually.BecomesTrueAsync(() => Task.FromResult(desk.Now is { } now && now.Phase == phase), $"the import is {phase}");

    /// <summary>Of fields that stand twice, the later.</summary>
    private static (string, string)[] Last((string Name, string Value)[] fields) => [.. fields.GroupBy(f => f.Name, StringComparer.Ordinal).Select(g => g.Last())];

    private static string Body(string name, string password) => $$"""{"usuario_login":"{{name}}","usuario_password":"{{password}}"}""";

    private static Task<HttpResponseMessage> UploadAsync(ConsoleBrowser browser, byte[] file, string encoding = "", string? token = null) => UploadAsync(browser, new ByteArrayContent(file), encoding, token);

    private static Task<HttpResponseMessage> UploadAsync(ConsoleBrowser browser, HttpContent file, string encoding = "", string? token = null) => browser.Client.PostAsync(ImportRoutes.File, new MultipartFormDataContent
    {
        { new StringContent(token ?? browser.FormToken ?? ""), ConsoleDoor.FormTokenField },
        { new StringContent(encoding), "encoding" },
        { file, "file", "usuarios.csv" },
    });
}
