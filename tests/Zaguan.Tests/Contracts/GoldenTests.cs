using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>Every request and answer of the applications' documents, sent to the whole server. One house per contract; every case comes from an address of its own.</summary>
public sealed class GoldenTests
{
    public static TheoryData<string> Shipped => new(Repository.ContractNames);

    private static readonly Dictionary<string, string> Secrets = new(StringComparer.Ordinal)
    {
        ["JWT_SECRET_KEY"] = FourApplications.RomsoftSecret,
        ["JWT_SECRET"] = FourApplications.Secret,
    };

    private static readonly Dictionary<string, string?> Settings = new(FourApplications.Settings(), StringComparer.OrdinalIgnoreCase)
    {
        ["Applications:venta-angular:Contract"] = "sistema-venta",
        ["Applications:venta-angular:Realm"] = "sistema-venta",
        ["Applications:venta-angular:Hosts:0"] = "angular.example",
        ["Applications:venta-angular:PropertyNaming"] = "camelCase",
        ["Applications:venta-discreta:Contract"] = "sistema-venta",
        ["Applications:venta-discreta:Realm"] = "sistema-venta",
        ["Applications:venta-discreta:Hosts:0"] = "discreta.example",
        ["Applications:venta-discreta:DiscloseAccountState"] = "false",
        ["Applications:inventario-con-token:Contract"] = "inventario",
        ["Applications:inventario-con-token:Realm"] = "inventario",
        ["Applications:inventario-con-token:Hosts:0"] = "con-token.example",
        ["Applications:inventario-con-token:IssueToken"] = "true",
        ["Applications:inventario-con-token:JWT_SECRET"] = FourApplications.Secret,
        // One guess locks an account and two throttle an address, so that states cost few hashes.
        ["Budgets:AccountAndAddress:Failures"] = "1",
        ["Budgets:Address:Failures"] = "2",
        ["Hashing:LongestQueue"] = "1",
        ["Network:TrustedProxies:0"] = "127.0.0.1",
    };

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task Answers_as_its_document_prints(string contract)
    {
        await using var house = await TestHouse.OpenAsync(new() { Settings = Settings, Clock = new ManualClock() });
        var failures = new List<string>();
        foreach (var (i, golden) in GoldenCase.Of(contract).Index())
        {
            try
            {
                await RunAsync(house, golden, $"203.0.113.{i}");
            }
            catch (Exception e) when (e is ShouldAssertException or JsonException or HttpRequestException)
            {
                failures.Add($"{contract}/{golden.Name}: {e.Message}");
            }
        }

        failures.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Has_a_case_for_every_outcome(string contract)
    {
        var compiled = ContractCompiler.Compile(contract, contract, File.ReadAllBytes(Path.Combine(Repository.Contracts, $"{contract}.json")), [])!;
        var asksForDirectories = Repository.ContractText(contract).Contains("\"directory\":", StringComparison.Ordinal);
        // What directories and old systems bring about is tested with them (Sources).
        var reachable = Enum.GetValues<Outcome>().Where(o => o < Outcome.SourceUnavailable && (o != Outcome.SourceNotAllowed || asksForDirectories)).ToList();

        var cases = GoldenCase.Of(contract).Select(c => c.Outcome).OfType<Outcome>().ToHashSet();

        reachable.Except(cases).ShouldBeEmpty("outcomes without a case");
        compiled.Answers.Keys.Except(cases.Select(Answered)).ShouldBeEmpty("answers without a case");

        AnswerName Answered(Outcome outcome)
        {
            var name = AnswerNames.Of(outcome);
            while (!compiled.Answers.ContainsKey(name))
            {
                name = AnswerNames.Fallback(name)!.Value;
            }

            return name;
        }
    }

    private static async Task RunAsync(TestHouse house, GoldenCase golden, string address)
    {
        var undo = await GoldenStates.BringAboutAsync(house, golden, address);
        var loggedBefore = Answered(house).Count;
        HttpResponseMessage answer;
        try
        {
            answer = await SendAsync(house, golden, address);
        }
        finally
        {
            await undo();
        }

        using (answer)
        {
            ((int)answer.StatusCode).ShouldBe(golden.Status);
            Answered(house).Skip(loggedBefore).ShouldBe(golden.Outcome is { } outcome ? [outcome.ToString()] : []);
            CheckHeaders(answer, golden);
            var body = await answer.Content.ReadAsStringAsync();
            if (golden.AnswerBody.Length == 0)
            {
                body.ShouldBeEmpty();
            }
            else
            {
                await CheckBodyAsync(house, golden, body);
            }
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(TestHouse house, GoldenCase golden, string address)
    {
        using var request = new HttpRequestMessage(new(golden.Method), golden.Path);
        request.Content = golden.Method is "GET" ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(golden.Body));
        foreach (var (name, value) in golden.Headers.Append(("X-Forwarded-For", address)))
        {
            if (name is "Content-Type")
            {
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue(name);
            }
        }

        return await house.Client.SendAsync(request);
    }

    private static void CheckHeaders(HttpResponseMessage answer, GoldenCase golden)
    {
        var headers = answer.Headers.Concat(answer.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        foreach (var name in new[] { "Content-Type", "Cache-Control", "Retry-After", "Allow", "Set-Cookie", "Server" })
        {
            headers.GetValueOrDefault(name).ShouldBe(golden.AnswerHeaders.FirstOrDefault(h => string.Equals(h.Name, name, StringComparison.Ordinal)).Value, name);
        }
    }

    private static async Task CheckBodyAsync(TestHouse house, GoldenCase golden, string body)
    {
        string? token = null;
        var accessId = (await house.AccessLogAsync()) is [.., var last] ? last.Id.ToString(CultureInfo.InvariantCulture) : null;
        var placeholders = new Dictionary<string, Func<JsonElement, bool>>(StringComparer.Ordinal)
        {
            ["<jwt>"] = v => v.ValueKind == JsonValueKind.String && (token = v.GetString()) is not null,
            ["<access id>"] = v => v.ValueKind == JsonValueKind.Number && string.Equals(v.GetRawText(), accessId, StringComparison.Ordinal),
            ["<uuid>"] = v => v.ValueKind == JsonValueKind.String && Guid.TryParseExact(v.GetString(), "D", out _),
        };
        using var json = JsonDocument.Parse(body);
        GoldenJson.ShouldBe(json.RootElement, golden.AnswerBody, placeholders);
        (token is null).ShouldBe(golden.SignedWith is null, "a token");
        if (token is not null)
        {
            GoldenJson.ShouldBe(GoldenJson.ClaimsOf(token, Secrets[golden.SignedWith!]), golden.Claims, placeholders);
        }
    }

    /// <summary>The outcomes that the house logged so far, in their order.</summary>
    private static List<string> Answered(TestHouse house) =>
        [.. house.Log.All.Where(l => l.StartsWith("Debug 1001 ", StringComparison.Ordinal)).Select(l => l.Split(": ")[1].Trim())];
}
