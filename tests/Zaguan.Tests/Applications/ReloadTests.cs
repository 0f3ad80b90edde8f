using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Applications;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Applications;

/// <summary>A changed contract file is taken up without a restart; what is broken is reported, and the last good one goes on serving.</summary>
public sealed class ReloadTests
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);
    private static readonly DemoLogin Venta = DemoLogin.SistemaVenta;

    [Fact]
    public async Task A_changed_file_is_taken_up_by_the_watch()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        (await RefusalAsync(house)).ShouldBe("Credenciales inválidas");

        Write(house, "sistema-venta", Saying("Vuelva a intentarlo"));
        clock.Advance(Look);
        await Eventually.BecomesTrueAsync(async () => await RefusalAsync(house) is "Vuelva a intentarlo", "the new contract answers");

        Write(house, "sistema-venta", Saying("Otra vez"));
        clock.Advance(Look);
        await Eventually.BecomesTrueAsync(async () => await RefusalAsync(house) is "Otra vez", "the new contract answers");
    }

    [Fact]
    public async Task A_broken_file_is_reported_once_and_the_last_good_one_serves_until_it_is_mended()
    {
        await using var house = await FourApplications.OpenAsync(options: new() { Contracts = new(StringComparer.Ordinal) { ["sistema-venta.json"] = Saying("La de la carpeta") } });
        Write(house, "sistema-venta", Saying("La segunda"));
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("La segunda");

        Write(house, "sistema-venta", Saying("Rota").Replace("{user.number}", "{user.numbr}", StringComparison.Ordinal));
        Refresh(house);
        Refresh(house);

        // Not the shipped one, nor the one at the start: the last good one.
        (await RefusalAsync(house)).ShouldBe("La segunda");
        Errors(house).ShouldBe(
            [
                "contracts/sistema-venta.json:17 at /answers/granted/body/value/IdUsuario: {user.numbr} is not known. Did you mean \"user.number\"?",
                "contracts: The contract \"sistema-venta\" is gone or broken; the last good one goes on serving.",
            ]);

        Write(house, "sistema-venta", Saying("Curada"));
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Curada");
        Errors(house).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Which_secret_signs_does_not_change_while_the_server_runs()
    {
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("JWT_OTHER", new string([.. Enumerable.Range('a', 26).Concat(Enumerable.Range('A', 26)).Select(c => (char)c)]))));
        Write(house, "ambiotec", Repository.ContractText("ambiotec").Replace("{config.JWT_SECRET}", "{config.JWT_OTHER}", StringComparison.Ordinal).Replace("Credenciales inválidas", "Otra", StringComparison.Ordinal));

        Refresh(house);

        Errors(house).ShouldContain(e => e.Contains("signs with something else now", StringComparison.Ordinal));
        using var answer = await house.PostAsync(DemoLogin.Ambiotec.Path, DemoLogin.Ambiotec.WrongBody);
        (await answer.Content.ReadAsStringAsync()).ShouldContain("Credenciales inválidas");
    }

    [Fact]
    public async Task With_what_an_application_signs_does_not_change_while_the_server_runs()
    {
        var contract = System.Text.Json.Nodes.JsonNode.Parse(OwnKeysHouse.Contract)!;
        contract["title"] = "Otra";
        await using var house = await FourApplications.OpenAsync(FourApplications.Settings(("PublicUrl", OwnKeysHouse.PublicUrl)));

        // From a secret to an own key, and from no token to one.
        Write(house, "ambiotec", contract.ToJsonString());
        Refresh(house);
        Errors(house).ShouldContain(e => e.Contains("signs with something else now: another algorithm", StringComparison.Ordinal));
        File.Delete(FileOf(house, "ambiotec"));
        contract["request"]!["path"] = Venta.Path;
        Write(house, "sistema-venta", contract.ToJsonString());
        Refresh(house);
        Errors(house).ShouldContain(e => e.Contains("No application signed with a key of Zaguan's own, and now one would.", StringComparison.Ordinal));

        (await RefusalAsync(house)).ShouldBe("Credenciales inválidas");
        (await DemoLogin.Ambiotec.LogsInAsync(house, DemoLogin.Ambiotec.RightBody)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_broken_file_does_not_keep_a_sound_one_from_being_taken_up()
    {
        await using var house = await FourApplications.OpenAsync();
        Write(house, "inventario", "{");
        Write(house, "sistema-venta", Saying("Sana"));
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Sana");
        (await DemoLogin.Inventario.LogsInAsync(house, DemoLogin.Inventario.RightBody)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_file_that_is_taken_away_gives_way_to_the_shipped_contract_of_its_name()
    {
        await using var house = await FourApplications.OpenAsync();
        Write(house, "sistema-venta", Saying("La de la carpeta"));
        Refresh(house);
        File.Delete(FileOf(house, "sistema-venta"));
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Credenciales inválidas");
        Errors(house).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_file_that_is_taken_away_while_an_application_needs_it_is_reported_and_goes_on_serving()
    {
        await using var house = await FourApplications.OpenAsync(
            FourApplications.Settings(("Applications:propia:Contract", "propia"), ("Applications:propia:Realm", "sistema-venta"), ("Applications:propia:PathBase", "/propia")),
            new() { Contracts = new(StringComparer.Ordinal) { ["propia.json"] = Saying("La propia") } });

        Directory.Delete(Path.Combine(house.Folder, "contracts"), recursive: true);
        Refresh(house);

        (await RefusalAsync(house, "/propia" + Venta.Path)).ShouldBe("La propia");
        Errors(house).ShouldBe(["contracts: The contract \"propia\" is gone or broken; the last good one goes on serving."]);
    }

    [Fact]
    public async Task A_new_file_that_no_application_uses_changes_nothing_and_a_broken_one_is_reported()
    {
        await using var house = await FourApplications.OpenAsync();
        Write(house, "nueva", Saying("Nadie la usa"));
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Credenciales inválidas");
        Errors(house).ShouldBeEmpty();

        Write(house, "nueva", "[]");
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Credenciales inválidas");
        Errors(house).ShouldBe(["contracts/nueva.json:1: Here belongs an object, not a list."]);
    }

    [Fact]
    public async Task A_sound_contract_that_its_application_does_not_fit_is_reported_and_not_taken_up()
    {
        await using var house = await FourApplications.OpenAsync();
        Write(house, "ambiotec", Repository.ContractText("ambiotec").Replace("{config.JWT_SECRET}", "{config.OTRA_LLAVE}", StringComparison.Ordinal));
        Refresh(house);
        (await DemoLogin.Ambiotec.LogsInAsync(house, DemoLogin.Ambiotec.RightBody)).ShouldBeTrue();
        Errors(house).ShouldContain(e => e.Contains("\"OTRA_LLAVE\", the secret that signs this application's tokens, is missing"));
        Errors(house)[^1].ShouldBe("contracts: These contracts do not fit the applications as they are configured; the applications go on with the contracts that they had.");

        // What does not fit is forgotten: other changes are taken up as soon as its file is gone.
        File.Delete(FileOf(house, "ambiotec"));
        Write(house, "sistema-venta", Saying("Sana"));
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Sana");
    }

    [Fact]
    public async Task A_changed_path_moves_the_endpoint_and_a_path_of_another_application_is_refused()
    {
        await using var house = await FourApplications.OpenAsync();
        Write(house, "sistema-venta", Saying("Mudada").Replace("/api/Usuario/IniciarSesion", "/api/Sesion", StringComparison.Ordinal));
        Refresh(house);
        (await RefusalAsync(house, "/api/Sesion")).ShouldBe("Mudada");
        using var gone = await house.PostAsync(Venta.Path, Venta.RightBody);
        ((int)gone.StatusCode).ShouldBe(404);

        Write(house, "sistema-venta", Saying("Intrusa").Replace("/api/Usuario/IniciarSesion", "/api/login", StringComparison.Ordinal));
        Refresh(house);
        (await RefusalAsync(house, "/api/Sesion")).ShouldBe("Mudada");
        Errors(house).ShouldContain(e => e.Contains("\"sistema-venta\" and \"ambiotec\" both answer /api/login on every host"));
    }

    [Fact]
    public async Task A_file_that_is_replaced_by_one_of_the_same_length_and_date_is_noticed()
    {
        await using var house = await FourApplications.OpenAsync(options: new() { Contracts = new(StringComparer.Ordinal) { ["sistema-venta.json"] = Saying("Uno") } });
        var date = File.GetLastWriteTimeUtc(FileOf(house, "sistema-venta"));
        var next = FileOf(house, "sistema-venta") + ".nuevo";
        await File.WriteAllTextAsync(next, Saying("Dos"));
        File.SetLastWriteTimeUtc(next, date);
        File.Move(next, FileOf(house, "sistema-venta"), overwrite: true);
        Refresh(house);
        (await RefusalAsync(house)).ShouldBe("Dos");
    }

    [Fact]
    public async Task A_change_between_reading_and_starting_is_not_missed()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        try
        {
            var options = new HouseOptions { Settings = FourApplications.Settings(), IsDevelopment = false };
            var setup = Zaguan.Operations.Setup.Read(TestHouse.SetupOptionsOf(options, folder));
            await File.WriteAllTextAsync(Path.Combine(folder, "contracts", "sistema-venta.json"), Saying("Entre medias"));
            var running = new RunningApplications(setup, Microsoft.Extensions.Logging.Abstractions.NullLogger<RunningApplications>.Instance);
            var before = running.Table;

            running.Refresh();

            running.Table.ShouldNotBeSameAs(before);
            running.Refresh();
            var after = running.Table;
            running.Refresh();
            running.Table.ShouldBeSameAs(after);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_folder_that_cannot_be_read_is_reported_and_neither_the_watch_nor_the_house_ends()
    {
        var clock = new ManualClock();
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock, Contracts = new(StringComparer.Ordinal) { ["sistema-venta.json"] = Saying("Uno") } });
        var contracts = Path.Combine(house.Folder, "contracts");
        Directory.Delete(contracts, recursive: true);
        // A loop of links: every look at it fails, whoever looks.
        Directory.CreateSymbolicLink(contracts, contracts);
        clock.Advance(Look);
        await Eventually.BecomesTrueAsync(() => Errors(house).Any(e => e.StartsWith("contracts: The folder of contracts cannot be read", StringComparison.Ordinal)), "the folder is reported");

        File.Delete(contracts);
        Directory.CreateDirectory(contracts);
        Write(house, "sistema-venta", Saying("Ha vuelto"));
        clock.Advance(Look);
        await Eventually.BecomesTrueAsync(async () => await RefusalAsync(house) is "Ha vuelto", "the new contract answers");
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_by_the_contract_that_it_began_with()
    {
        await using var house = await FourApplications.OpenAsync();
        var slow = FourApplications.CheapHash("clave", 2_000_000);
        await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = Venta.Application, Username = "lenta", Email = "lenta@example.com", Password = slow });

        var inFlight = RefusalAsync(house, identifier: "lenta@example.com");
        var database = house.Services.GetRequiredService<Database>();
        await Eventually.BecomesTrueAsync(async () => await database.ReadAsync(db => db.ExecuteScalarAsync<long>("SELECT coalesce(sum(in_flight), 0) FROM budgets")) > 0, "the guess is charged");
        Write(house, "sistema-venta", Saying("La nueva"));
        Refresh(house);
        inFlight.IsCompleted.ShouldBeFalse("the hash takes about a second");

        (await RefusalAsync(house)).ShouldBe("La nueva");
        (await inFlight).ShouldBe("Credenciales inválidas");
    }

    private static string Saying(string refusal) => Repository.ContractText("sistema-venta").Replace("Credenciales inválidas", refusal, StringComparison.Ordinal);

    private static string FileOf(TestHouse house, string contract) => Path.Combine(house.Folder, "contracts", $"{contract}.json");

    private static void Write(TestHouse house, string contract, string text) => File.WriteAllText(FileOf(house, contract), text);

    private static void Refresh(TestHouse house) => house.Services.GetRequiredService<RunningApplications>().Refresh();

    /// <summary>What the application says to a wrong password.</summary>
    private static async Task<string> RefusalAsync(TestHouse house, string? path = null, string? identifier = null)
    {
        // An empty password is no attempt: it costs no guess, and is answered with the same refusal.
        using var answer = await house.PostAsync(path ?? Venta.Path, Venta.Body(identifier ?? Venta.Identifier, identifier is null ? "" : "otra"));
        var json = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return json["msg"]!.GetValue<string>();
    }

    private static List<string> Errors(TestHouse house) =>
        [.. house.Log.All.Where(l => l.StartsWith("Error 1101 ", StringComparison.Ordinal)).Select(l => l["Error 1101 ".Length..].Trim().Replace(house.Folder + "/", "", StringComparison.Ordinal))];
}
