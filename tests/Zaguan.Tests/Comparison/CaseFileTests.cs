using System.Text;
using Zaguan.Comparison;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Comparison;

public sealed class CaseFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Fact]
    public void Case_is_sent_as_the_contract_writes_it_or_as_it_is()
    {
        var (cases, problems) = Read("romsoft", """
            [
              { "name": "bien", "identifier": "año", "password": "a\"b" },
              { "name": "directorio", "identifier": "ana", "password": "", "directory": true },
              { "name": "texto", "body": "Username=ana", "contentType": "application/x-www-form-urlencoded" },
              { "name": "nada", "body": "", "contentType": "" } // a comment, and a comma too many
            ,]
            """);

        problems.ShouldBeEmpty();
        cases.Select(c => (c.Name, Encoding.UTF8.GetString(c.Body.Span), c.ContentType)).ShouldBe([
            ("bien", """{"Username":"año","Password":"a\"b"}""", "application/json"),
            ("directorio", """{"Username":"ana","Password":"","ValidacionAD":true}""", "application/json"),
            ("texto", "Username=ana", "application/x-www-form-urlencoded"),
            ("nada", "", ""),
        ]);
    }

    [Theory]
    [InlineData("""{ "name": "a" }""", "", "a list of objects, not an object")]
    [InlineData("[]", "", "There is no case")]
    [InlineData("[1]", "/0", "Here belongs an object, not a number")]
    [InlineData("""[{ "identifier": "a", "password": "b" }]""", "/0", "\"name\" is missing")]
    [InlineData("""[{ "name": "", "identifier": "a", "password": "b" }]""", "/0/name", "1 to 100 characters")]
    [InlineData("""[{ "name": "a\nb", "identifier": "a", "password": "b" }]""", "/0/name", "on one line")]
    [InlineData("""[{ "name": "x", "identifier": "a", "password": "b" }, { "name": "X", "identifier": "a", "password": "b" }]""", "/1/name", "is called \"X\" already")]
    [InlineData("""[{ "name": "x" }]""", "/0", "\"identifier\" and \"password\", or a \"body\"")]
    [InlineData("""[{ "name": "x", "identifier": "a" }]""", "/0", "\"identifier\" and \"password\", or a \"body\"")]
    [InlineData("""[{ "name": "x", "identifier": 7, "password": "b" }]""", "/0/identifier", "Here belongs a text, not 7")]
    [InlineData("""[{ "name": "x", "identifier": "a", "password": "b", "directory": true }]""", "/0/directory", "asks for a directory")]
    [InlineData("""[{ "name": "x", "body": "{}", "password": "b" }]""", "/0/password", "has no \"password\" beside it")]
    [InlineData("""[{ "name": "x", "body": {} }]""", "/0/body", "A body is a text")]
    [InlineData("""[{ "name": "x", "body": "{}", "contentType": "a\r\nX-Otra: 1" }]""", "/0/contentType", "on one line")]
    [InlineData("""[{ "name": "x", "identifier": "a", "pasword": "b" }]""", "/0/pasword", "Did you mean \"password\"?")]
    [InlineData("""[{ "name": "x", """, "", "not JSON")]
    public void Mistake_is_told_with_its_place(string json, string at, string sentence)
    {
        var (_, problems) = Read("ambiotec", json);

        problems.ShouldContain(p => string.Equals(p.Pointer, at, StringComparison.Ordinal) && p.Sentence.Contains(sentence, StringComparison.Ordinal), string.Join('\n', problems));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_and_none_repeats_a_password()
    {
        var (_, problems) = Read("ambiotec", """
            [
              { "name": "número", "identifier": "ana", "password": 12345678 },
              { "name": "lista", "identifier": "ana", "password": ["abretesesamo"] },
              { "name": "otra", "identifier": "ana", "clave": "abretesesamo" },
              { "name": "cuerpo", "body": 12345678 },
              { "name": "las dos", "body": "abretesesamo", "password": "abretesesamo" }
            ]
            """);

        problems.Select(p => p.Pointer).ShouldBe(["/2/clave", "/0/password", "/1/password", "/2", "/3/body", "/4/password"], ignoreOrder: true);
        string.Join('\n', problems).ShouldNotContain("12345678");
        string.Join('\n', problems).ShouldNotContain("abretesesamo");
    }

    [Fact]
    public void File_is_bounded_in_bytes_and_in_cases()
    {
        Read("ambiotec", new string(' ', JsonSource.MostBytes) + "[]").Problems.Single().Sentence.ShouldContain("at most 1,048,576 are read");
        Read("ambiotec", $"[{string.Join(',', Enumerable.Repeat("1", CaseFile.MostCases + 1))}]").Problems.Single().Sentence.ShouldContain("at most 1000");
    }

    [Fact]
    public void What_constants_say_in_headers_goes_with_every_case()
    {
        var contract = ContractCompiler.Compile("prueba", "prueba.json", """
            {
              "title": "Prueba",
              "request": { "path": "/e", "from": "form", "identifier": "u", "password": "p", "constants": { "basic:user": "app", "basic:password": "ll4ve", "header:X-Canal": "web" } },
              "answers": { "granted": { "body": true }, "refused": { "status": 401 }, "failed": { "status": 500 } }
            }
            """u8, new())!;
        File.WriteAllText(file, """[ { "name": "campos", "identifier": "ana", "password": "x" }, { "name": "cuerpo", "body": "u=ana&p=x" } ]""");

        var cases = new CaseFile(contract, new()).Read(file);

        cases.Count.ShouldBe(2);
        foreach (var login in cases)
        {
            using var request = login.ToRequest(new(new("http://localhost/e")));
            request.Headers.Authorization!.ToString().ShouldBe("Basic YXBwOmxsNHZl", login.Name);
            request.Headers.GetValues("X-Canal").ShouldBe(["web"], login.Name);
        }
    }

    [Fact]
    public void File_that_is_not_there_is_a_problem()
    {
        var problems = new Problems();

        new CaseFile(Contract("ambiotec"), problems).Read(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString())).ShouldBeEmpty();

        problems.Single().Sentence.ShouldContain("cannot be read");
    }

    private (IReadOnlyList<LoginCase> Cases, Problems Problems) Read(string contract, string json)
    {
        File.WriteAllText(file, json);
        var problems = new Problems();
        return (new CaseFile(Contract(contract), problems).Read(file), problems);
    }

    private static Contract Contract(string name) =>
        ContractCompiler.Compile(name, $"{name}.json", File.ReadAllBytes(Path.Combine(Repository.Contracts, $"{name}.json")), new())!;
}
