using System.Text.Json.Nodes;
using Zaguan.Operations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Sources.Ldap;

/// <summary>What is wrong with a directory's configuration is told before the start.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class DirectoryProblemsTests
{
    private const string Good = """{ "Servers": ["ldaps://dc1.clinica.example"], "BindAs": "{username}@clinica.example", "Search": { "Base": "DC=clinica,DC=example" } }""";

    [Theory]
    [InlineData("Servers", "[]", "A directory has servers")]
    [InlineData("Servers", "[\"ldap://dc1.clinica.example\"]", "would send passwords as plain text")]
    [InlineData("Servers", "[\"dc1.clinica.example\"]", "A server is \"ldaps://dc1.clinica.example\"")]
    [InlineData("Servers", "[\"ldaps://dc1.clinica.example/DC=clinica\"]", "A server is \"ldaps://dc1.clinica.example\"")]
    [InlineData("Servers", "[\"ldaps://dc1.clinica.example\", \"ldaps://dc1.clinica.example:636\"]", "is listed twice")]
    [InlineData("CertificateAuthorityFile", "\"/nada/ca.pem\"", "cannot be read")]
    [InlineData("CertificateAuthorityFile", "\"/etc/hostname\"", "There is no certificate in")]
    [InlineData("BindAs", "\"administrator\"", "\"BindAs\" is \"{username}@clinica.example\"")]
    [InlineData("BindAs", null, "How users log in to the directory is not said")]
    [InlineData("Deadline", "\"0s\"", "A deadline is more than 0s")]
    [InlineData("Deadline", "\"1h\"", "A deadline is more than 0s")]
    [InlineData("Search", "{ \"Filter\": \"(cn={username})\" }", "\"Base\" is the name of the entry")]
    [InlineData("Search", "{ \"Base\": \"DC=clinica\", \"Filter\": \"(cn=ana)\" }", "A filter finds a user by his name")]
    [InlineData("Search", "{ \"Base\": \"DC=clinica\", \"Filter\": \"(cn=*{username}*)\" }", "without \\\"*\\\"")]
    [InlineData("Search", "{ \"Base\": \"DC=clinica\", \"Filter\": \"(&(cn={username})\" }", "The parentheses of")]
    [InlineData("Search", "{ \"Base\": \"DC=clinica\", \"BindAs\": \"CN=zaguan\" }", "\"PasswordFile\" names the file")]
    [InlineData("Search", "{ \"Base\": \"DC=clinica\", \"PasswordFile\": \"/nada\" }", "is the name of one service account")]
    [InlineData("Search", "{ \"Base\": \"DC=clinica\", \"BindAs\": \"CN=zaguan\", \"PasswordFile\": \"/nada\" }", "cannot be read")]
    [InlineData("Attributes", "{ \"surname\": \"sn\" }", "is nothing that is kept of a user")]
    [InlineData("Attributes", "{ \"familyName\": \"sn)(\" }", "is no attribute of a directory")]
    [InlineData("Roles", "[ { \"Group\": \"Médicos\", \"Role\": \"Médico\" } ]", "is the distinguished name of a group")]
    [InlineData("Roles", "[ { \"Group\": \"CN=Médicos\" } ]", "\"Role\" is the name of the role")]
    [InlineData("Rols", "[]", "Did you mean \"Roles\"?")]
    public async Task What_is_wrong_with_a_directory_is_told(string setting, string? json, string sentence)
    {
        var directory = JsonNode.Parse(Good)!.AsObject();
        directory.Remove(setting);
        if (json is not null)
        {
            directory[setting] = JsonNode.Parse(json);
        }

        (await ProblemsAsync(directory)).ShouldHaveSingleItem().ShouldContain(sentence.Replace("\\\"", "\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Attributes", "{ \"familyName\": \"sn\" }", "Attributes are read where users are found")]
    [InlineData("Roles", "[ { \"Group\": \"CN=Médicos\", \"Role\": \"Médico\" } ]", "Groups are read where users are found")]
    public async Task What_is_read_of_users_needs_a_place_where_they_are(string setting, string json, string sentence)
    {
        var directory = JsonNode.Parse(Good)!.AsObject();
        directory.Remove("Search");
        directory[setting] = JsonNode.Parse(json);

        (await ProblemsAsync(directory)).ShouldHaveSingleItem().ShouldContain(sentence);
    }

    [Theory]
    [InlineData("""{ "Sources": ["ldap"], "Directory": "clinic" }""", "There is no directory \"clinic\" (known: clinica). Did you mean \"clinica\"?")]
    [InlineData("""{ "Directory": "clinica" }""", "\"Sources\" does not list ldap")]
    public async Task Application_asks_a_directory_that_there_is(string application, string sentence) =>
        (await ProblemsAsync(JsonNode.Parse(Good)!, application)).ShouldHaveSingleItem().ShouldContain(sentence);

    [Fact]
    public async Task Application_that_asks_a_directory_needs_one_and_names_one_of_several()
    {
        (await ProblemsAsync("""{ "Sources": ["ldap"] }""", "{}")).ShouldHaveSingleItem().ShouldContain("The source ldap needs a directory");
        (await ProblemsAsync("""{ "Sources": ["ldap"] }""", $$"""{ "a": {{Good}}, "b": {{Good}} }""")).ShouldHaveSingleItem().ShouldContain("\"Directory\" names one of a, b");
        (await ProblemsAsync("""{ "Sources": ["ldap"], "Directory": "b" }""", $$"""{ "a": {{Good}}, "b": {{Good}} }""")).ShouldBeEmpty();
    }

    private static Task<List<string>> ProblemsAsync(JsonNode directory, string application = """{ "Sources": ["local", "ldap"] }""") =>
        ProblemsAsync(application, $$"""{ "clinica": {{directory.ToJsonString()}} }""");

    private static async Task<List<string>> ProblemsAsync(string application, string directories)
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-");
        try
        {
            var file = Path.Combine(folder.FullName, "zaguan.json");
            await File.WriteAllTextAsync(file, $$"""{ "Applications": { "inventario": {{application}} }, "Directories": {{directories}} }""");
            var setup = Setup.Read(new(file, Urls: null, IsDevelopment: false) { OnlyLooks = true, Environment = new Dictionary<string, string?>() });
            return [.. setup.Problems.Select(p => p.ToString())];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
