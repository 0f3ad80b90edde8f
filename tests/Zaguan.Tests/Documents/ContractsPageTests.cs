using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Commands;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Documents;

/// <summary>docs/contracts.md names every construct that there is, and none that there is not.</summary>
public sealed class ContractsPageTests
{
    private static readonly Page Document = new("docs/contracts.md");

    /// <summary>Those of contracts: identity headers stand in the configuration.</summary>
    private static readonly (Scope Scope, string Words)[] Places =
    [
        (Scope.Granted, "`granted`"),
        (Scope.Invalid, "`malformed`, `invalid`"),
        (Scope.Other, "every other answer"),
        (Scope.Claims, "claims"),
        (Scope.Settings, "secret and lifetime"),
        (Scope.Item, "`item` of a `$each`"),
    ];

    [Fact]
    public void Names_are_those_of_the_vocabulary_with_their_kinds_and_places()
    {
        Places.Select(p => p.Scope).Append(Scope.None).Append(Scope.IdentityHeaders).ShouldBe(Enum.GetValues<Scope>(), ignoreOrder: true);
        var names = Vocabulary.KnownNames.Select(n => (n, Vocabulary.Find(n)!)).Select(n => $"{n.n}: {(n.Item2.Kind is { } kind ? RecordReader.SpellingOf(kind) : "as it was stored")}: {InWords(n.Item2.Scope)}");
        var lists = Vocabulary.KnownLists.Select(n => $"{n}: list: {InWords(Vocabulary.FindList(n)!.Value.Scope)}");

        Document.Table("Templates", "name").Select(r => $"{Page.Plain(r[0])}: {r[1]}: {r[2]}").ShouldBe(names.Concat(lists), ignoreOrder: true);
    }

    [Fact]
    public void Filters_are_those_of_the_table_of_filters() =>
        Document.Table("Templates", "filter").Select(r => Page.Plain(r[0])).ShouldBe(Filters.Names, ignoreOrder: true);

    [Fact]
    public void Answers_are_all_of_them_with_what_stands_in_for_them() =>
        Document.Table("The answers", "answer").Select(r => $"{r[0]}: {r[2]}").ShouldBe(
            AnswerNames.All.Select(n => $"`{RecordReader.SpellingOf(n)}`: {(AnswerNames.Fallback(n) is { } next ? $"`{RecordReader.SpellingOf(next)}`" : "needed")}"),
            ignoreOrder: true);

    [Fact]
    public void Members_are_those_that_are_read_with_what_their_absence_means()
    {
        Document.Table("The file", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(
            RecordReader.Properties(typeof(ContractFile)).Select(p => $"{Spelling.Contract.NameOf(p)}: {(RecordReader.IsRequired(p) ? "yes" : "no")}"), ignoreOrder: true);
        Document.Table("The request", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(RequestFile)), ignoreOrder: true);
        Document.Table("The token", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(TokenFile)), ignoreOrder: true);
    }

    [Fact]
    public async Task The_workshop_of_the_page_answers_as_its_old_documentation_says()
    {
        var documented = Document.Indented.Where(l => l.Split("  ", 2) is [{ Length: 3 }, ['{', ..]]).ToDictionary(l => int.Parse(l[..3], System.Globalization.CultureInfo.InvariantCulture), l => l[3..]);
        documented.Keys.Order().ShouldBe([200, 400, 401, 500]);
        await using var house = await FourApplications.OpenAsync(
            FourApplications.Settings(("Applications:taller:JWT_SECRET", FourApplications.Secret)),
            new() { Contracts = new(StringComparer.Ordinal) { ["taller.json"] = Document.Blocks("json").First() } });
        var rosa = new NewUser
        {
            Realm = "taller",
            Username = "rosa",
            Number = 7,
            GivenName = "Rosa",
            FamilyName = "Quispe",
            Phone = "987654321",
            Attributes = """{"sucursal":3}""",
            Password = FourApplications.CheapHash("secreta"),
        };
        var users = house.Services.GetRequiredService<UserStore>();
        await users.AddAsync(rosa);
        await users.AddAsync(rosa with { Username = "luis", Number = 8, Phone = null });

        await ExpectAsync(house, """{"usuario":"rosa","clave":"secreta"}""", 200, documented);
        await ExpectAsync(house, """{"usuario":"rosa"}""", 400, documented);
        await ExpectAsync(house, """{"usuario":"rosa","clave":"otra"}""", 401, documented);
        using var answer = await house.PostAsync("/servicios/ingreso", """{"usuario":"luis","clave":"secreta"}""");
        JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["datos"]!.AsObject().Select(m => m.Key).ShouldBe(["codigo", "nombre", "sucursal", "token"]);
    }

    [Fact]
    public async Task The_command_prints_the_schema_that_ships()
    {
        await using var folder = new CommandFolder();

        var ran = await folder.RunAsync("contract", "schema");

        ran.Code.ShouldBe(ExitCode.Done);
        ran.Output.ShouldBe(await File.ReadAllTextAsync(Path.Combine(Repository.Contracts, "contract.schema.json")));
    }

    private static async Task ExpectAsync(TestHouse house, string request, int status, Dictionary<int, string> documented)
    {
        using var answer = await house.PostAsync("/servicios/ingreso", request);
        ((int)answer.StatusCode).ShouldBe(status);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        if (body["datos"] is { } granted)
        {
            granted["token"]!.GetValue<string>().ShouldStartWith("ey");
            granted["token"] = "…";
        }

        JsonNode.DeepEquals(body, JsonNode.Parse(documented[status])).ShouldBeTrue(body.ToJsonString());
    }

    private static string InWords(Scope scope) => string.Join(", ", Places.Where(p => scope.HasFlag(p.Scope)).Select(p => p.Words));

    private static IEnumerable<string> Members(Type type)
    {
        var absent = Activator.CreateInstance(type)!;
        return RecordReader.Properties(type).Select(p => $"{Spelling.Contract.NameOf(p)}: {(RecordReader.IsRequired(p) ? "needed" : InWords(p, absent))}");
    }

    private static string InWords(PropertyInfo property, object absent) => property.GetValue(absent) switch
    {
        null => "none",
        Enum name => $"`{RecordReader.SpellingOf(name)}`",
        bool flag => flag ? "`true`" : "`false`",
        var other => throw new NotSupportedException($"{property.Name}: {other}"),
    };
}
