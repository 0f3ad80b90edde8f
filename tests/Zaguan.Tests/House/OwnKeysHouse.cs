using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Applications;
using Zaguan.Tokens;

namespace Zaguan.Tests.House;

/// <summary>An application beside the four shipped ones that signs with a key of Zaguan's own. Its users are Ambiotec's.</summary>
internal static class OwnKeysHouse
{
    public const string Name = "clinica";
    public const string PublicUrl = "https://login.clinica.example";

    /// <summary>Ambiotec's contract but for its signature.</summary>
    public static string Contract
    {
        get
        {
            var contract = JsonNode.Parse(Repository.ContractText("ambiotec"))!;
            contract["token"]!["algorithm"] = "ES256";
            contract["token"]!.AsObject().Remove("secret");
            return contract.ToJsonString();
        }
    }

    /// <summary>A house outside Development, with the four applications and this one.</summary>
    public static HouseOptions Options(TimeProvider? clock = null, string? folder = null, params (string Key, string? Value)[] more) => new()
    {
        Clock = clock ?? TimeProvider.System,
        Folder = folder,
        IsDevelopment = false,
        Contracts = new(StringComparer.Ordinal) { ["clinica.json"] = Contract },
        Settings = FourApplications.Settings([
            ("PublicUrl", PublicUrl), ($"Applications:{Name}:Contract", Name), ($"Applications:{Name}:Realm", "ambiotec"), ($"Applications:{Name}:PathBase", "/clinica"), .. more]),
    };

    public static Task<TestHouse> OpenAsync(TimeProvider? clock = null, string? folder = null, params (string Key, string? Value)[] more)
    {
        var options = Options(clock, folder, more);
        return FourApplications.OpenAsync(options.Settings, options);
    }

    /// <summary>The token of a login.</summary>
    public static async Task<string> LogInAsync(TestHouse house, string path = "/clinica/api/login")
    {
        using var answer = await house.PostAsync(path, DemoLogin.Ambiotec.RightBody);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("token").GetString()!;
    }

    /// <summary>Whether the house takes the token as one of the application.</summary>
    public static async Task<bool> AcceptsAsync(TestHouse house, string token, string application = Name)
    {
        var running = house.Services.GetRequiredService<RunningApplications>().Table.Applications.Single(a => string.Equals(a.Name, application, StringComparison.Ordinal));
        return await house.Services.GetRequiredService<Identities>().OfTokenAsync(running, token) is not null;
    }

    public static JsonElement HeaderOf(string token) => Part(token, 0);

    public static JsonElement ClaimsOf(string token) => Part(token, 1);

    public static string KidOf(string token) => HeaderOf(token).GetProperty("kid").GetString()!;

    /// <summary>What everybody can read of the house's keys.</summary>
    public static async Task<JsonElement> JwksAsync(TestHouse house) => JsonElement.Parse(await house.Client.GetStringAsync("/.well-known/jwks.json"));

    public static async Task<IReadOnlyList<string>> KidsAsync(TestHouse house) => [.. (await JwksAsync(house)).GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!)];

    private static JsonElement Part(string token, int part) => JsonElement.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[part]));
}
