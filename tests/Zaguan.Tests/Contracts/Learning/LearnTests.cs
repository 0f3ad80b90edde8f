using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Zaguan.Commands;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts.Learning;

/// <summary>zaguan contract learn, of endpoints that are not ours: what it writes answers as the contract that somebody wrote by hand.</summary>
public sealed partial class LearnTests
{
    /// <summary>What no request from outside brings about: learning says so, and nobody can compare it.</summary>
    private static readonly AnswerName[] Untold = [AnswerName.Failed, AnswerName.Inactive, AnswerName.Locked, AnswerName.Throttled, AnswerName.Busy, AnswerName.Unavailable];

    private static readonly User?[] Nobody = [null];

    public static TheoryData<string> Contracts => new(OldEndpoints.All.Select(o => o.Contract));

    [Theory]
    [MemberData(nameof(Contracts))]
    public async Task What_is_learned_answers_as_the_contract_that_was_written_by_hand(string contract)
    {
        var old = OldEndpoints.Of(contract);
        await using var endpoint = await Endpoint.StartAsync(old.Path, old.Answer);
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        var written = await File.ReadAllTextAsync(Path.Combine(output, $"{contract}.json"));
        var learned = Compile(contract, written);
        var byHand = Compile(contract, Repository.ContractNames.Contains(contract, StringComparer.Ordinal) ? Repository.ContractText(contract) : Repository.ExampleText(contract));
        var differences = Compare(byHand, learned, old).Distinct(StringComparer.Ordinal).ToList();
        differences.ShouldBeEmpty(written);
        CheckUntold(byHand, ran.Output);
        CheckSecrets(old, output);
        endpoint.Requests.Count.ShouldBeLessThanOrEqualTo(40);
        // The right password goes out with the user's own names alone.
        endpoint.Requests.Where(r => r.Body.Contains(JsonEncodedText.Encode(old.Password, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), StringComparison.Ordinal)).Count().ShouldBeInRange(2, 3);
    }

    [Fact]
    public async Task A_right_login_that_is_answered_like_a_wrong_one_ends_it_after_two_requests()
    {
        var old = OldEndpoints.Of("ambiotec");
        await using var endpoint = await Endpoint.StartAsync(old.Path, old.Answer);
        await using var folder = new CommandFolder();

        var ran = await LearnAsync(folder, old with { Password = "otra-cosa-9" }, endpoint.Url, Path.Combine(folder.Folder, "nuevo"));

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain("answered the right login and a wrong password alike");
        endpoint.Requests.Count.ShouldBe(2);
        Directory.Exists(Path.Combine(folder.Folder, "nuevo")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_redirection_is_an_answer_and_not_followed()
    {
        var old = OldEndpoints.Of("inventario");
        await using var endpoint = await Endpoint.StartAsync(old.Path, asked => IsRight(asked, old)
            ? new(302, "") { Headers = [("Location", "/inicio"), ("Set-Cookie", $"sesion={Endpoint.Letters(32)}; path=/; secure; httponly")] }
            : new(302, "") { Headers = [("Location", "/entrar?error=1")] });
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        var written = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(output, "inventario.json")));
        written.GetProperty("answers").GetProperty("granted").GetProperty("redirect").GetString().ShouldBe("/inicio");
        written.GetProperty("answers").GetProperty("granted").GetProperty("cookies").GetProperty("sesion").GetProperty("value").GetString().ShouldBe("{token}");
        written.GetProperty("answers").GetProperty("refused").GetProperty("redirect").GetString().ShouldBe("/entrar?error=1");
        written.GetProperty("token").GetProperty("text").GetString().ShouldBe("{random.letters32}");
        endpoint.Requests.ShouldAllBe(r => r.Method == "POST" || r.Body.Length == 0);
    }

    [Fact]
    public async Task A_password_that_the_endpoint_says_back_is_in_no_file()
    {
        var old = OldEndpoints.Of("inventario");
        await using var endpoint = await Endpoint.StartAsync(old.Path, asked => IsRight(asked, old)
            ? new(200, $$"""{"usuario":"john_doe","clave":"{{old.Password}}"}""")
            : new(401, """{"error":"no"}"""));
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Output.ShouldContain("says the password back");
        CheckSecrets(old, output);
        (await File.ReadAllTextAsync(Path.Combine(output, "inventario.json"))).ShouldContain("\"clave\": \"***\"");
    }

    [Fact]
    public async Task A_password_that_is_said_back_in_another_form_is_in_no_file()
    {
        var old = OldEndpoints.Of("inventario") with { Password = "Ñandú+1/<x>&9" };
        var (inUrl, inPage) = (Uri.EscapeDataString(old.Password), WebUtility.HtmlEncode(old.Password));
        await using var endpoint = await Endpoint.StartAsync(old.Path, asked => IsRight(asked, old)
            ? new(200, $$"""{"usuario":"john_doe","clave":"\u00d1and\u00fa\u002B1\/\u003cx>&9","pagina":"De {{inPage}}","enlace":"/x?c={{inUrl}}","otra":"&#xD1;and&#xFA;&#43;1/&lt;x&gt;&amp;9"}""")
            {
                Headers = [("X-Eco", inUrl), ("Set-Cookie", $"eco={inUrl}; path=/")],
            }
            : new(401, """{"error":"no"}"""));
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        ran.Output.ShouldContain("says the password back");
        CheckSecrets(old, output);
        var granted = JsonElement.Parse(await File.ReadAllTextAsync(Path.Combine(output, "inventario.json"))).GetProperty("answers").GetProperty("granted");
        granted.GetProperty("body").GetProperty("pagina").GetString().ShouldBe("De ***");
        granted.GetProperty("headers").GetProperty("X-Eco").GetString().ShouldBe("***");
    }

    [Fact]
    public async Task A_password_that_a_file_would_say_is_refused_and_nothing_is_written()
    {
        var old = OldEndpoints.Of("inventario") with { Password = "username" };
        await using var endpoint = await Endpoint.StartAsync(old.Path, asked => IsRight(asked, old) ? new(200, """{"bien":true}""") : new(401, """{"error":"no"}"""));
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Code.ShouldBe(ExitCode.NotDone);
        ran.Error.ShouldContain("would say the password");
        Directory.Exists(output).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_good_for_whoever_reads_it_is_in_no_file()
    {
        var old = OldEndpoints.Of("inventario");
        const string key = "k9f8e7d6c5b4a3928170";
        var renewals = new List<string>();
        await using var endpoint = await Endpoint.StartAsync(old.Path, asked =>
        {
            if (!IsRight(asked, old))
            {
                return new(401, """{"error":"no"}""");
            }

            renewals.Add($"rt:{Endpoint.Letters(30)}:");
            return new(200, $$"""{"usuario":"john_doe","token_type":"Bearer","renovacion":"{{renewals[^1]}}","api_key":"{{key}}","saludo":"Hola {{Endpoint.Jwt(1_700_000_000, 60)}}","vacio":null}""");
        });
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Output.ShouldContain("At /renovacion there is null.");
        ran.Output.ShouldContain("/api_key is called as secrets are");
        CheckSecrets(old, output);
        foreach (var secret in renewals.Append(key))
        {
            ran.Output.ShouldNotContain(secret);
            CheckNowhere(secret, output);
        }

        (await File.ReadAllTextAsync(Path.Combine(output, "examples", "granted.http"))).ShouldContain("\"token_type\":\"Bearer\"");
    }

    [Fact]
    public async Task Half_a_letter_in_a_token_is_no_end_of_it()
    {
        var old = OldEndpoints.Of("inventario");
        const string claims = """{"nombre":"\ud83d"}""";
        var token = $"{Base64Url.EncodeToString("""{"alg":"HS256"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.x";
        await using var endpoint = await Endpoint.StartAsync(old.Path, asked => IsRight(asked, old) ? new(200, $$"""{"dato":"{{token}}"}""") : new(401, """{"error":"no"}"""));
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        var ran = await LearnAsync(folder, old, endpoint.Url, output);

        ran.Code.ShouldBe(ExitCode.Done, ran.Output + ran.Error);
        CheckSecrets(old, output);
    }

    [Fact]
    public async Task Files_are_for_their_owner_alone_and_none_is_replaced()
    {
        var old = OldEndpoints.Of("inventario");
        await using var endpoint = await Endpoint.StartAsync(old.Path, old.Answer);
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");
        Directory.CreateDirectory(output);
        await File.WriteAllTextAsync(Path.Combine(output, "could-not-tell.txt"), "De otro.");

        (await LearnAsync(folder, old, endpoint.Url, output)).Error.ShouldContain("Nothing is overwritten");

        endpoint.Requests.ShouldBeEmpty();
        File.Delete(Path.Combine(output, "could-not-tell.txt"));
        (await LearnAsync(folder, old, endpoint.Url, output)).Code.ShouldBe(ExitCode.Done);
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
            {
                File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
            }
        }
    }

    [Fact]
    public async Task What_cannot_be_learned_from_is_refused_before_anything_is_asked()
    {
        var old = OldEndpoints.Of("ambiotec");
        await using var endpoint = await Endpoint.StartAsync(old.Path, old.Answer);
        await using var folder = new CommandFolder();
        var output = Path.Combine(folder.Folder, "nuevo");

        (await LearnAsync(folder, old with { Password = "john" }, endpoint.Url, output)).Error.ShouldContain("The password is part of what is known of the user");
        (await LearnAsync(folder, old with { Request = """{"u":"{identifier}"}""" }, endpoint.Url, output)).Error.ShouldContain("\"{password}\" stands in the request once");
        (await LearnAsync(folder, old with { Request = """{"u":["{identifier}"],"p":"{password}"}""" }, endpoint.Url, output)).Error.ShouldContain("no list");
        (await LearnAsync(folder, old with { Request = """{"u":"{identifier}","p":"{password}","U":1}""" }, endpoint.Url, output)).Error.ShouldContain("stands in the request twice");
        (await LearnAsync(folder, old, endpoint.Url + "/%20", output)).Error.ShouldContain("at /request/path");
        (await LearnAsync(folder, old with { Request = $"DELETE /x\n\n{old.Request}" }, endpoint.Url, output)).Error.ShouldContain("at /request/method");
        (await LearnAsync(folder, old with { User = """{"numero":1}""" }, endpoint.Url, output)).Error.ShouldContain("at /numero");
        Directory.CreateDirectory(Path.Combine(output, "examples"));
        (await LearnAsync(folder, old, endpoint.Url, output)).Error.ShouldContain("Nothing is overwritten");

        endpoint.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_endpoint_that_answers_without_end_or_not_at_all_is_left()
    {
        var old = OldEndpoints.Of("ambiotec");
        await using var endpoint = await Endpoint.StartAsync(old.Path, _ => new(200, new string('x', 100_000)));
        await using var folder = new CommandFolder();

        (await LearnAsync(folder, old, endpoint.Url, Path.Combine(folder.Folder, "nuevo"))).Error.ShouldContain("larger than 64 KiB");
        (await LearnAsync(folder, old, await Zaguan.Tests.Comparison.RawServer.GoneAsync(), Path.Combine(folder.Folder, "nuevo"))).Error.ShouldContain("cannot be connected to");
    }

    private static bool IsRight(Asked asked, Old old) => string.Equals(asked.Fields?["password"]?.ToString(), old.Password, StringComparison.Ordinal);

    private static Task<Ran> LearnAsync(CommandFolder folder, Old old, string url, string output)
    {
        var user = folder.Write("user.json", old.User);
        var request = folder.Write("request.http", old.Request);
        return folder.RunWithAsync(old.Password + "\n", "contract", "learn", url, "--identifier", old.Identifier, "--user", user, "--request", request, "--name", old.Contract, "--output", output, "--pause", "0s");
    }

    private static Contract Compile(string name, string json)
    {
        var problems = new Problems();
        return ContractCompiler.Compile(name, $"{name}.json", Encoding.UTF8.GetBytes(json), problems) ?? throw new InvalidOperationException(string.Join('\n', problems));
    }

    /// <summary>Whatever is asked and whoever asks, as far as it can be brought about from outside.</summary>
    private static IEnumerable<string> Compare(Contract byHand, Contract learned, Old old)
    {
        if ((byHand.Path, byHand.Method, byHand.Identifies, byHand.Attribute) != (learned.Path, learned.Method, learned.Identifies, learned.Attribute))
        {
            yield return $"request: {learned.Method} {learned.Path} {learned.Identifies} {learned.Attribute}";
        }

        foreach (var body in Bodies.Of(old))
        {
            var (one, other) = (Decode(byHand, body), Decode(learned, body));
            // Malformed or invalid: what is answered is compared below.
            if (one.Refusal is null != other.Refusal is null || !string.Equals(one.Identifier, other.Identifier, StringComparison.OrdinalIgnoreCase) || one.Directory != other.Directory || !one.Invalid.Select(i => (i.Field, i.Rule)).SequenceEqual(other.Invalid.Select(i => (i.Field, i.Rule))))
            {
                yield return $"{body} is read as {other.Refusal} ({string.Join(", ", other.Invalid)}), not {one.Refusal} ({string.Join(", ", one.Invalid)})";
                continue;
            }

            AnswerName[] names = one.Refusal is { } refusal ? [AnswerNames.Of(refusal)] : [AnswerName.Granted, AnswerName.WrongPassword, AnswerName.UnknownUser];
            foreach (var name in names)
            {
                var same = other.Refusal is { } refused ? AnswerNames.Of(refused) : name;
                foreach (var user in name == AnswerName.Granted ? Bodies.Users(old).Cast<User?>() : Nobody)
                {
                    var made = new Generated();
                    var (should, actual) = (Said(byHand, name, user, one, made), Said(learned, same, user, other, made));
                    if (!string.Equals(should, actual, StringComparison.Ordinal))
                    {
                        yield return $"{name} to {body} is\n{actual}\nnot\n{should}";
                    }
                }
            }
        }
    }

    private static DecodedRequest Decode(Contract contract, string body)
    {
        var headers = new Microsoft.AspNetCore.Http.HeaderDictionary { ["x-correlation-id"] = body.Length % 2 == 0 ? "una-prueba-2" : default };
        var decoded = contract.Decoder.Decode(new RequestInput { Body = Encoding.UTF8.GetBytes(body), ContentType = contract.Name is "zabbix" ? "application/json-rpc" : "application/json", Headers = headers });
        decoded.Password?.Dispose();
        return decoded;
    }

    /// <summary>All of an answer, its token's claims too.</summary>
    private static string Said(Contract contract, AnswerName name, User? user, DecodedRequest request, Generated made)
    {
        var found = name;
        while (!contract.Answers.ContainsKey(found))
        {
            found = AnswerNames.Fallback(found)!.Value;
        }

        var hasToken = user is not null && contract.Token is { Optional: false };
        var now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000);
        var values = new AnswerValues
        {
            User = user,
            Token = hasToken ? "el.token.x" : null,
            RefreshToken = hasToken ? "el.otro.x" : null,
            ExpiresAt = now.AddMinutes(30),
            AccessId = 77,
            Invalid = request.Invalid,
            Now = now,
            Request = new(request.Refusal is null ? request.Identifier : null, request.Fields, "https://login.example"),
            Generated = made,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["JWT_ISSUER_TOKEN"] = "http://emisor.example", ["JWT_AUDIENCE_TOKEN"] = "http://publico.example" },
        };
        var answer = new Rendered(contract.Answers[found], values);
        var said = new StringBuilder().Append(answer.Status).Append('\n');
        foreach (var header in answer.Headers().SelectMany(h => h.Value.Select(v => $"{h.Key}: {v}")).Order(StringComparer.Ordinal))
        {
            said.Append(header).Append('\n');
        }

        said.Append(Encoding.UTF8.GetString(answer.Body.Span)).Append('\n');
        return hasToken ? said.Append(Token(contract.Token!, values)).ToString() : said.ToString();
    }

    private static string Token(TokenContract token, AnswerValues values)
    {
        if (token.Text is { } opaque)
        {
            // What is in it is chance; how much, the contract says.
            return string.Concat(opaque.Parts.Select(p => p.Placeholder?.Written ?? p.Literal));
        }

        return $"{token.Algorithm} {token.Lifetime.Render(values)} {Claims(token.Claims)} {token.Refresh?.Lifetime.Render(values)} {(token.Refresh is null ? "" : Claims(token.Refresh.Claims))}".Replace("28800m", "20d", StringComparison.Ordinal);

        string Claims(Zaguan.Contracts.Templates.ObjectTemplate claims)
        {
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                claims.Write(writer, values);
            }

            return Encoding.UTF8.GetString(buffer.ToArray());
        }
    }

    private static void CheckUntold(Contract byHand, string output)
    {
        output.ShouldContain("failed: nobody can bring it about");
        foreach (var name in byHand.Answers.Keys.Intersect(Untold).Where(n => n != AnswerName.Failed))
        {
            output.ShouldContain($"{RecordReader.SpellingOf(name)}: no request that was made brings it about");
        }
    }

    private static void CheckNowhere(string secret, string output)
    {
        foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
        {
            File.ReadAllText(file).ShouldNotContain(secret, Case.Sensitive, file);
        }
    }

    private static void CheckSecrets(Old old, string output)
    {
        foreach (var file in Directory.EnumerateFiles(output, "*", SearchOption.AllDirectories))
        {
            var text = File.ReadAllText(file);
            text.ShouldNotContain(old.Password, Case.Sensitive, file);
            text.ShouldNotContain("eyJ", Case.Sensitive, file);
            foreach (var read in new[] { Uri.UnescapeDataString(text), WebUtility.HtmlDecode(text), Unescaped(text), WebUtility.HtmlDecode(Unescaped(text)), Uri.UnescapeDataString(Unescaped(text)) })
            {
                read.ShouldNotContain(old.Password, Case.Sensitive, file);
            }
        }

        static string Unescaped(string json) => EscapedLetter().Replace(json, m => ((char)int.Parse(m.ValueSpan[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString()).Replace("\\/", "/", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\\u[0-9a-fA-F]{4}", RegexOptions.NonBacktracking)]
    private static partial Regex EscapedLetter();
}
