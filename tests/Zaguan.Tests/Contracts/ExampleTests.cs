using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Zaguan.AspNetCore.Jws;
using Zaguan.Contracts;
using Zaguan.Reading;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Contracts;

/// <summary>Every request and answer that is documented, or read in source, of the applications whose contracts are examples; sent to the whole server.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> Examples => new(Repository.ExampleNames);

    [Theory]
    [MemberData(nameof(Examples))]
    public void It_is_a_contract_without_fault_and_has_its_cases(string example)
    {
        var problems = new Problems();
        ContractCompiler.Compile(example, $"{example}.json", Encoding.UTF8.GetBytes(Repository.ExampleText(example)), problems);

        problems.ShouldBeEmpty();
        GoldenCase.OfExample(example).ShouldNotBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Answers_as_the_old_system_did(string example)
    {
        await using var house = await ExampleHouse.OpenAsync(ExampleHouse.Settings(example), new ManualClock(), example);
        var failures = new List<string>();
        foreach (var (i, golden) in GoldenCase.OfExample(example).Index())
        {
            try
            {
                await RunAsync(house, example, golden, $"203.0.113.{i}");
            }
            catch (Exception e) when (e is ShouldAssertException or JsonException or HttpRequestException)
            {
                failures.Add($"{example}/{golden.Name}: {e.Message}");
            }
        }

        failures.ShouldBeEmpty();
    }

    private static async Task RunAsync(TestHouse house, string example, GoldenCase golden, string address)
    {
        if (golden.Given is "the account is locked")
        {
            using var guess = await SendAsync(house, GoldenCase.OfExample(example).First(c => c.Name is "wrong-password"), address);
        }

        var undo = golden.Given is "the account is locked" ? () => Task.CompletedTask : await GoldenStates.BringAboutAsync(house, golden, address);
        var before = house.Log.All.Count(IsAnswer);
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
            house.Log.All.Where(IsAnswer).Skip(before).Select(l => l.Split(": ")[1].Trim()).ShouldBe(golden.Outcome is { } outcome ? [outcome.ToString()] : []);
            CheckHeaders(answer, golden);
            CheckBody(await answer.Content.ReadAsStringAsync(), golden);
        }

        static bool IsAnswer(string line) => line.StartsWith("Debug 1001 ", StringComparison.Ordinal);
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

    /// <summary>Those that the case names; a cookie's attributes in any order.</summary>
    private static void CheckHeaders(HttpResponseMessage answer, GoldenCase golden)
    {
        var headers = answer.Headers.Concat(answer.Content.Headers).ToLookup(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase);
        foreach (var expected in golden.AnswerHeaders.GroupBy(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase))
        {
            var actual = headers[expected.Key].SelectMany(v => v).Select(Normalised).ToList();
            actual.Count.ShouldBe(expected.Count(), expected.Key);
            foreach (var (is_, should) in actual.Zip(expected.Select(Normalised)))
            {
                Matches(is_, should).ShouldBeTrue($"{expected.Key}: {is_} is no {should}");
            }

            string Normalised(string value) => expected.Key is "Set-Cookie"
                ? string.Join("; ", value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(1).Concat(value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(a => a.ToLowerInvariant()).Order(StringComparer.Ordinal)))
                : value;
        }
    }

    private static bool Matches(string actual, string expected)
    {
        var open = expected.IndexOf('<', StringComparison.Ordinal);
        var close = expected.IndexOf('>', StringComparison.Ordinal);
        return open < 0 || close < open
            ? string.Equals(actual, expected, StringComparison.Ordinal)
            : actual.StartsWith(expected[..open], StringComparison.Ordinal) && actual.EndsWith(expected[(close + 1)..], StringComparison.Ordinal)
              && actual.Length > expected.Length - (close - open) && IsOf(expected[open..(close + 1)], actual[open..^(expected.Length - close - 1)]);
    }

    private static bool IsOf(string placeholder, string value) => placeholder is not "<number>" || long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static void CheckBody(string body, GoldenCase golden)
    {
        if (!golden.AnswerBody.StartsWith('{'))
        {
            body.ShouldBe(golden.AnswerBody);
            return;
        }

        string? token = null, refresh = null;
        var placeholders = new Dictionary<string, Func<JsonElement, bool>>(StringComparer.Ordinal)
        {
            ["<jwt>"] = v => (token = v.GetString())!.Split('.').Length == 3,
            ["<refresh>"] = v => (refresh = v.GetString())!.Split('.').Length == 3,
            ["<opaque>"] = v => v.GetString()!.Length >= 22,
            ["<id|opaque>"] = v => v.GetString()!.Split('|') is [var id, { Length: 40 }] && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            ["<instant>"] = v => v.GetString() is "2026-03-01T09:00:00.000Z",
            ["<number>"] = v => long.TryParse(v.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out _),
            ["<traceparent>"] = v => v.GetString()!.Split('-') is ["00", { Length: 32 }, { Length: 16 }, "00"],
            ["<address>"] = v => v.GetString()!.StartsWith("203.0.113.", StringComparison.Ordinal),
            ["<uuid>"] = v => Guid.TryParseExact(v.GetString(), "D", out _),
        };
        using var json = JsonDocument.Parse(body);
        GoldenJson.ShouldBe(json.RootElement, golden.AnswerBody, placeholders);
        (token is null).ShouldBe(golden.SignedWith is null, "a token");
        if (token is not null)
        {
            GoldenJson.ShouldBe(GoldenJson.ClaimsOf(token, FourApplications.Secret), golden.Claims, placeholders);
        }

        if (refresh is not null)
        {
            GoldenJson.ClaimsOf(refresh, FourApplications.Secret, "refresh+jwt").GetProperty("token_type").GetString().ShouldBe("refresh");
            // What takes tokens takes it for none.
            JwsReader.Read(refresh, new([VerificationKey.OfSecret(Encoding.UTF8.GetBytes(FourApplications.Secret))]), out var objection).ShouldBeNull();
            objection.ShouldBe(TokenObjection.ForbiddenHeader);
        }
    }
}
