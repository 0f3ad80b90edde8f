using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Commands;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Documents;

/// <summary>contracts/README.md names every construct that there is, and none that there is not.</summary>
public sealed class ContractsPageTests
{
    private static readonly Page Document = new("contracts/README.md");

    private static readonly string[] Tokens = ["access", "refresh"];

    private const Scope EveryAnswer = Scope.Granted | Scope.Invalid | Scope.Refused | Scope.Inactive | Scope.Waiting | Scope.Failed;

    /// <summary>Those of contracts: identity headers stand in the configuration.</summary>
    private static readonly (Scope Scope, string Words)[] Places =
    [
        (EveryAnswer, "every answer"),
        (Scope.WrongMethod, "`wrongMethod`"),
        (Scope.Granted, "`granted`"),
        (Scope.Invalid, "`malformed`, `invalid`"),
        (Scope.Refused, "`refused`, `unknownUser`, `wrongPassword`"),
        (Scope.Inactive, "`inactive`"),
        (Scope.Waiting, "`locked`, `throttled`"),
        (Scope.Failed, "`failed`, `busy`, `unavailable`"),
        (Scope.Claims, "claims"),
        (Scope.Opaque, "an opaque token"),
        (Scope.Settings, "secret and lifetime"),
        (Scope.Lifetime, "a lifetime's `if`"),
        (Scope.Item, "`item` of a `$each`"),
    ];

    [Fact]
    public void Names_are_those_of_the_vocabulary_with_their_kinds_and_places()
    {
        Places.Select(p => p.Scope).Append(Scope.None).Append(Scope.IdentityHeaders).ShouldBe(Enum.GetValues<Scope>().Append(EveryAnswer), ignoreOrder: true);
        var names = Vocabulary.FixedNames.Select(n => (Name: n, Word: Vocabulary.Find(n)!)).Concat(Vocabulary.Families)
            .Select(n => $"{n.Name}: {(n.Word.Kind is { } kind ? RecordReader.SpellingOf(kind) : "as it was stored")}: {InWords(n.Word.Scope)}");
        var lists = Vocabulary.KnownLists.Select(n => $"{n}: list: {InWords(Vocabulary.FindList(n)!.Scope)}");

        Document.Table("Templates", "name").Select(r => $"{Page.Plain(r[0])}: {r[1]}: {r[2]}").ShouldBe(names.Concat(lists), ignoreOrder: true);
    }

    [Fact]
    public void Filters_are_those_of_the_table_of_filters() =>
        Document.Table("Templates", "filter").Select(r => Page.Plain(r[0])).ShouldBe(Filters.Names.Append("else"), ignoreOrder: true);

    [Fact]
    public void Answers_are_all_of_them_with_what_stands_in_for_them() =>
        Document.Table("The answers", "answer").Select(r => $"{r[0]}: {r[2]}").ShouldBe(
            AnswerNames.All.Select(n => $"`{RecordReader.SpellingOf(n)}`: {(AnswerNames.Fallback(n) is { } next ? $"`{RecordReader.SpellingOf(next)}`" : n == AnswerName.WrongMethod ? "405, no body" : "needed")}"),
            ignoreOrder: true);

    [Fact]
    public void Members_are_those_that_are_read_with_what_their_absence_means()
    {
        Document.Table("The file", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(
            RecordReader.Properties(typeof(ContractFile)).Select(p => $"{Spelling.Contract.NameOf(p)}: {(RecordReader.IsRequired(p) ? "yes" : "no")}"), ignoreOrder: true);
        Document.Table("The request", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(RequestFile)), ignoreOrder: true);
        Document.Table("The request", "of a field").Select(r => Page.Plain(r[0])).ShouldBe(
            new[] { typeof(IdentifierFile), typeof(PasswordFile), typeof(FieldFile) }.SelectMany(RecordReader.Properties).Select(Spelling.Contract.NameOf).Distinct(StringComparer.Ordinal), ignoreOrder: true);
        Document.Table("The request", "format").Select(r => Page.Plain(r[0])).ShouldBe(Enum.GetValues<FieldFormat>().Select(f => RecordReader.SpellingOf(f)), ignoreOrder: true);
        Document.Table("The answers", "of an answer").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(AnswerFile)), ignoreOrder: true);
        Document.Table("The answers", "of a cookie").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(CookieFile)), ignoreOrder: true);
        Document.Table("The policy", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(PolicyFile)), ignoreOrder: true);
        Document.Table("The token", "member").Select(r => $"{Page.Plain(r[0])}: {r[1]}").ShouldBe(Members(typeof(TokenFile)), ignoreOrder: true);
    }

    [Fact]
    public void What_is_said_of_the_examples_is_said_of_those_that_there_are() =>
        Document.Table("What is left out", "example").SelectMany(r => Page.Plain(r[0]).Split(", ")).ShouldBeSubsetOf(Repository.ExampleNames);

    [Fact]
    public async Task The_contract_of_the_page_answers_as_its_old_documentation_says()
    {
        var documented = Document.Indented.Where(l => l.Split("  ", 2) is [{ Length: 3 }, ['{', ..]]).ToDictionary(l => int.Parse(l[..3], System.Globalization.CultureInfo.InvariantCulture), l => l[3..]);
        documented.Keys.Order().ShouldBe([200, 400, 401, 404]);
        await using var house = await FourApplications.OpenAsync(
            FourApplications.Settings(("Applications:activos:JWT_SECRET", FourApplications.Secret)),
            new() { Contracts = new(StringComparer.Ordinal) { ["activos.json"] = Document.Blocks("json").First() } });
        await house.Services.GetRequiredService<Zaguan.Storage.Database>().WriteAsync(db => UserStore.AddRoleAsync(db, "activos", "sys_admin", 1));
        await house.Services.GetRequiredService<UserStore>().AddAsync(new()
        {
            Realm = "activos",
            Username = "juan",
            Email = "juan@trebol.com",
            Number = 1,
            GivenName = "Juan",
            FamilyName = "Pérez",
            Role = "sys_admin",
            Password = FourApplications.CheapHash("secreta"),
        });

        await ExpectAsync(house, """{"email":"juan@trebol.com","password":"secreta"}""", 200, documented);
        await ExpectAsync(house, """{"email":"juan@trebol.com"}""", 400, documented);
        await ExpectAsync(house, """{"email":"juan@trebol.com","password":"otra"}""", 401, documented);
        await ExpectAsync(house, """{"email":"ana@trebol.com","password":"otra"}""", 404, documented);
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
        using var answer = await house.PostAsync("/api/token/", request);
        ((int)answer.StatusCode).ShouldBe(status);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        foreach (var token in Tokens.Where(t => body[t] is not null))
        {
            body[token]!.GetValue<string>().ShouldStartWith("ey");
            body[token] = "…";
        }

        JsonNode.DeepEquals(body, JsonNode.Parse(documented[status])).ShouldBeTrue(body.ToJsonString());
    }

    private static string InWords(Scope scope)
    {
        var isEvery = (scope & EveryAnswer) == EveryAnswer;
        return string.Join(", ", Places.Where(p => p.Scope == EveryAnswer ? isEvery : (scope & p.Scope) == p.Scope && !(isEvery && EveryAnswer.HasFlag(p.Scope))).Select(p => p.Words));
    }

    private static IEnumerable<string> Members(Type type)
    {
        var absent = Activator.CreateInstance(type)!;
        return RecordReader.Properties(type).Select(p => $"{Spelling.Contract.NameOf(p)}: {(RecordReader.IsRequired(p) ? "needed" : InWords(p, absent))}");
    }

    private static string InWords(PropertyInfo property, object absent) => property.GetValue(absent) switch
    {
        null or System.Collections.ICollection { Count: 0 } => "none",
        IReadOnlyList<RequestSource> sources => $"`{RecordReader.SpellingOf(sources[0])}`",
        Enum name => $"`{RecordReader.SpellingOf(name)}`",
        bool flag => flag ? "`true`" : "`false`",
        var other => throw new NotSupportedException($"{property.Name}: {other}"),
    };
}
