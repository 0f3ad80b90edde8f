using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Zaguan.Operations;
using Zaguan.Tests.Contracts;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Tokens;

/// <summary>A secret that old back-ends share is changed over: for a while there are two.</summary>
public sealed class PreviousSecretTests : IDisposable
{
    private const string Next = "la llave nueva de los demás, solo para pruebas: 3c8e";

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;

    public static TheoryData<string, string> Mistakes => new()
    {
        { "corta", "\"JWT_SECRET_PREVIOUS\": The secret has 5 bytes; HS256 needs at least 32 (RFC 7518 §3.2). Make one with: openssl rand -base64 48" },
        { "abcabcabcabcabcabcabcabcabcabcabcabcabc", "\"JWT_SECRET_PREVIOUS\": The secret repeats a few characters; anybody can guess it. Make one with: openssl rand -base64 48" },
        { "a-string-secret-at-least-256-bits-long", "\"JWT_SECRET_PREVIOUS\": The secret is printed in public documentation, so anybody can sign with it. Make one with: openssl rand -base64 48" },
        { FourApplications.Secret, "\"JWT_SECRET_PREVIOUS\" and \"JWT_SECRET\" are the same secret; leave out the previous one." },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_previous_secret_still_validates_and_the_new_one_signs()
    {
        string before;
        await using (var house = await FourApplications.OpenAsync(options: new() { Folder = folder }))
        {
            before = await OwnKeysHouse.LogInAsync(house, DemoLogin.Ambiotec.Path);
        }

        await using (var house = await OpenAsync(("Applications:ambiotec:JWT_SECRET", Next), ("Applications:ambiotec:JWT_SECRET_PREVIOUS", FourApplications.Secret)))
        {
            var after = await OwnKeysHouse.LogInAsync(house, DemoLogin.Ambiotec.Path);
            GoldenJson.ClaimsOf(after, Next).GetProperty("usuario_login").GetString().ShouldBe("johndoe");
            (await OwnKeysHouse.AcceptsAsync(house, after, "ambiotec")).ShouldBeTrue();
            (await OwnKeysHouse.AcceptsAsync(house, before, "ambiotec")).ShouldBeTrue();
            (await OwnKeysHouse.AcceptsAsync(house, Signed("ni la una ni la otra, solo para pruebas: 00ff"), "ambiotec")).ShouldBeFalse();
        }

        await using (var house = await OpenAsync(("Applications:ambiotec:JWT_SECRET", Next)))
        {
            (await OwnKeysHouse.AcceptsAsync(house, before, "ambiotec")).ShouldBeFalse("the change is over");
        }
    }

    [Theory]
    [InlineData("Applications:ambiotec:JWT_SECRET_PREVIOUS_FILE")]
    [InlineData("JWT_SECRET_PREVIOUS_FILE")]
    public async Task The_previous_secret_may_stand_in_a_file_and_at_the_root(string setting)
    {
        var file = Path.Combine(folder, "antigua");
        await File.WriteAllTextAsync(file, FourApplications.Secret + "\n");
        await using var house = await OpenAsync(("Applications:ambiotec:JWT_SECRET", Next), (setting, file));

        (await OwnKeysHouse.AcceptsAsync(house, Signed(FourApplications.Secret), "ambiotec")).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_previous_secret_is_held_to_what_every_secret_is(string previous, string sentence)
    {
        var problem = Read(("Applications:ambiotec:JWT_SECRET_PREVIOUS", previous)).Problems.ShouldHaveSingleItem();
        problem.Sentence.ShouldBe(sentence);
        problem.Pointer.ShouldBe("/Applications/ambiotec/JWT_SECRET_PREVIOUS");
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() =>
        Read(("Applications:ambiotec:JWT_SECRET_PREVIOUS_FILE", "/no/hay")).Problems.ShouldHaveSingleItem().Sentence.ShouldBe("The file that \"JWT_SECRET_PREVIOUS_FILE\" names cannot be read: there is none.");

    [Theory]
    [InlineData("JWT_SECRET_PREVIOUS")]
    [InlineData("JWT_SECRET_KEY_PREVIOUS")]
    public void No_claim_may_name_a_previous_secret_of_this_or_another_contract(string setting)
    {
        var contract = JsonNode.Parse(Repository.ContractText("ambiotec"))!;
        contract["token"]!["claims"]!["usuario_celular"] = $"{{config.{setting}}}";
        var contracts = Directory.CreateDirectory(Path.Combine(folder, "contracts")).FullName;
        File.WriteAllText(Path.Combine(contracts, "ambiotec.json"), contract.ToJsonString());

        Read((setting, "una llave antigua, solo para pruebas: 90aa41b7")).Problems
            .ShouldContain(p => p.Sentence == $"{{config.{setting}}} is the signing secret of a contract; nothing but a signature may use it.");
    }

    private Setup Read(params (string, string?)[] more) =>
        Setup.Read(TestHouse.SetupOptionsOf(new() { Settings = FourApplications.Settings(more), IsDevelopment = false }, folder));

    private Task<TestHouse> OpenAsync(params (string, string?)[] more) => FourApplications.OpenAsync(FourApplications.Settings(more), new() { Folder = folder });

    /// <summary>As the old system issued it.</summary>
    private static string Signed(string secret)
    {
        static string Part(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
        var signed = $"{Part("""{"alg":"HS256","typ":"JWT"}"""u8.ToArray())}.{Part(Encoding.UTF8.GetBytes($$"""{"usuario_id":1,"exp":{{DateTimeOffset.UnixEpoch.AddYears(100).ToUnixTimeSeconds()}}}"""))}";
        return $"{signed}.{Part(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed)))}";
    }
}
