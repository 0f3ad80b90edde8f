using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using Zaguan.Login;
using Zaguan.Tests.House;
using Zaguan.Tests.Nodes;

namespace Zaguan.Tests.Soak;

/// <summary>What a client made of an answer.</summary>
internal enum Heard
{
    Granted,

    /// <summary>Verified, and wrong.</summary>
    Refused,

    /// <summary>Refused by the budget, with Retry-After.</summary>
    Locked,

    /// <summary>Nobody was told what became of it.</summary>
    Unavailable,
    NotUnderstood,

    /// <summary>The connection broke, or nothing came in time.</summary>
    Nothing,
}

/// <summary>
/// Everybody who asks Zaguan something on an ordinary day, without pause and over all nodes in turns: people of four applications with the right password, one of them in the directory; somebody who
/// guesses, at one account after the other and at nobody's; a client that sends rubbish; back-ends that ask about tokens and end sessions; a program that reads the log.
/// </summary>
internal sealed class SoakLoad(SoakHouse house) : IAsyncDisposable
{
    private const int Victims = 5_000;

    private const string OfDirectory = "romsoft, directory";

    private const int MostOpenAskedAbout = 2_000;

    /// <summary>Guesses at an account before the next one's turn: more than it has.</summary>
    private const int GuessesEach = 2 * SoakHouse.Failures;

    private readonly ConcurrentDictionary<string, (Heard Heard, string Application)> logins = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Who, string What), int> answers = new();
    private readonly ConcurrentDictionary<string, long> lockedSince = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Granted> tokens = new();

    /// <summary>Of sessions that a back-end ended; true once it was told that they are.</summary>
    private readonly ConcurrentDictionary<Granted, bool> ended = new();
    private readonly Granted?[] recent = new Granted?[64];
    private readonly ConcurrentQueue<string> surprises = new();
    private readonly ConcurrentDictionary<(int Node, string Who), long> grantedAt = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, string> backEnds = new(StringComparer.Ordinal);
    private Task running = Task.CompletedTask;
    private int guesses;
    private int era;
    private long longestGap;

    /// <summary>How many answers were heard, by who asked and what came.</summary>
    public IReadOnlyDictionary<(string Who, string What), int> Answers => answers;

    public int Logins => logins.Count;

    /// <summary>What nobody should have heard.</summary>
    public IReadOnlyCollection<string> Surprises => surprises;

    /// <summary>Before a clock jumps, and after it is right again. In between a token of one node is not valid yet for the other: such tokens are not asked about.</summary>
    public void ClockJumps() => Interlocked.Increment(ref era);

    /// <summary>For how long, at most, somebody was let in by no node, since it was last asked.</summary>
    public TimeSpan TakeLongestGap()
    {
        var open = grantedAt.GroupBy(g => g.Key.Who, StringComparer.Ordinal).Select(g => Stopwatch.GetElapsedTime(g.Max(n => n.Value)).Ticks).Max();
        return new(Math.Max(open, Interlocked.Exchange(ref longestGap, 0)));
    }

    /// <summary>Whether since then every node has let in people of every application, and of the directory.</summary>
    public bool AllLetInSince(long timestamp) => DemoLogin.All.Select(a => a.Application).Append(OfDirectory).All(who => Enumerable.Range(0, SoakHouse.Nodes).All(n => grantedAt.GetValueOrDefault((n, who)) > timestamp));

    /// <summary>How long ago every node let in whom, and what nobody should have heard: to find out why somebody is not let in any more.</summary>
    public string State => string.Join('\n', grantedAt.OrderBy(g => g.Key).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Key}: {Stopwatch.GetElapsedTime(g.Value).TotalSeconds:F1} s ago")).Concat(surprises.Take(50)));

    public async Task StartAsync(int victims = Victims)
    {
        foreach (var application in DemoLogin.All)
        {
            await NodeGroup.AddUsersAsync(house.Postgres.ConnectionString, application.Application, SoakHouse.Password, NameOf(application, "derecho"));
        }

        await NodeGroup.AddUsersAsync(house.Postgres.ConnectionString, DemoLogin.Inventario.Application, "la suya", Enumerable.Range(0, victims).Select(VictimName));
        foreach (var application in new[] { "ambiotec", "romsoft" })
        {
            backEnds[application] = await house.AddBackEndAsync(application);
        }

        var apiKey = await house.AddApiKeyAsync();
        Func<int, Task>[] clients =
        [
            .. DemoLogin.All.Select(a => (Func<int, Task>)(node => EnterAsync(node, a, a.Application, a.Body(NameOf(a, "derecho"), SoakHouse.Password)))),
            .. SoakHouse.InDirectory.Select(name => (Func<int, Task>)(node => EnterAsync(
                node, DemoLogin.Romsoft, OfDirectory, JsonSerializer.Serialize(new { Username = name, Password = SoakHouse.Password, ValidacionAD = true })))),
            node => GuessAsync(node, victims),
            node => GuessAsync(node, victims),
            GuessAtNobodyAsync,
            SendRubbishAsync,
            AskAboutTokenAsync,
            EndSessionAsync,
            node => ReadAsync(node, apiKey),
        ];
        running = Task.WhenAll(clients.Select((c, i) => Task.Run(() => GoOnAsync(c, i))));
    }

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
    }

    /// <summary>Nothing that was answered is missing, nothing that was counted is forgotten, nobody heard what they should not, and tokens are as good as they should be.</summary>
    /// <returns>How many sessions that were ended, and how many of the others, were asked about.</returns>
    public async Task<(int Ended, int Open)> KeepsItsPromisesAsync()
    {
        surprises.ShouldBeEmpty();
        await using var db = new NpgsqlConnection($"{house.Postgres.ConnectionString};Pooling=false");
        await db.OpenAsync();
        var log = (await db.QueryAsync<(string Tag, bool IsSuccessful, int Outcome, string Application, string Identifier)>(
            "SELECT user_agent, is_successful, outcome, application, identifier FROM access_log")).ToDictionary(r => r.Tag, StringComparer.Ordinal);
        logins.Where(l => l.Value.Heard is Heard.Granted or Heard.Refused or Heard.Locked)
            .Where(l => !log.TryGetValue(l.Key, out var row) || row.IsSuccessful != l.Value.Heard is Heard.Granted || !string.Equals(row.Application, l.Value.Application, StringComparison.Ordinal))
            .ShouldBeEmpty("every answered attempt is in the access log");
        log.Values.Where(r => (Outcome)r.Outcome is Outcome.Failed).ShouldBeEmpty();
        log.Values.Where(r => (Outcome)r.Outcome is Outcome.WrongPassword).CountBy(r => r.Identifier, StringComparer.Ordinal).Where(c => c.Value > SoakHouse.Failures).ShouldBeEmpty("nobody got more guesses than there were");
        lockedSince.Count.ShouldBeGreaterThan(0);
        await Eventually.BecomesTrueAsync(
            async () => await db.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND state_change < now() - interval '5 seconds'") == 0, "no transaction is left open");

        var over = ended.Where(e => e.Value).Select(e => e.Key).ToList();
        over.ShouldNotBeEmpty();
        foreach (var (node, token) in over.Index())
        {
            (await IsActiveAsync(node % SoakHouse.Nodes, token)).ShouldBeFalse("a session that was ended");
        }

        var open = tokens.ToArray();
        open.ShouldNotBeEmpty();
        RandomNumberGenerator.Shuffle(open.AsSpan());
        foreach (var (node, token) in open.Take(MostOpenAskedAbout).Index())
        {
            (await IsActiveAsync(node % SoakHouse.Nodes, token)).ShouldBeTrue("a session that nobody ended");
        }

        return (over.Count, Math.Min(open.Length, MostOpenAskedAbout));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task GoOnAsync(Func<int, Task> client, int number)
    {
        for (var turn = number; !stopping.IsCancellationRequested; turn++)
        {
            await client(turn % SoakHouse.Nodes);
        }
    }

    /// <summary>With the right password: let in, or told that it cannot be said now.</summary>
    private async Task EnterAsync(int node, DemoLogin login, string who, string body)
    {
        var before = Volatile.Read(ref era);
        var (heard, answer) = await LogInAsync(node, login, who, body);
        if (heard is not (Heard.Granted or Heard.Unavailable or Heard.Nothing))
        {
            Surprise($"{who}: a right password heard {heard}: {answer}");
        }

        if (heard is Heard.Granted)
        {
            NoteGranted(node, who);
            if (TokenIn(answer) is { } token && ClocksAgreeSince(before))
            {
                var granted = new Granted(login.Application, token);
                tokens.Enqueue(granted);
                Volatile.Write(ref recent[RandomNumberGenerator.GetInt32(recent.Length)], granted);
            }
        }
        else
        {
            await Task.Delay(20, CancellationToken.None);
        }
    }

    /// <summary>At one account after the other, and now and then at one that is locked already.</summary>
    private async Task GuessAsync(int node, int victims)
    {
        var guess = Interlocked.Increment(ref guesses);
        var victim = VictimName((guess % 10 == 0 ? RandomNumberGenerator.GetInt32(1 + (guess / GuessesEach)) : guess / GuessesEach) % victims);
        var began = Stopwatch.GetTimestamp();
        var (heard, answer) = await LogInAsync(node, DemoLogin.Inventario, "who guesses", DemoLogin.Inventario.Body(victim, "adivina"));
        switch (heard)
        {
            case Heard.Locked:
                lockedSince.TryAdd(victim, Stopwatch.GetTimestamp());
                await Task.Delay(20, CancellationToken.None);
                break;
            case Heard.Refused when lockedSince.TryGetValue(victim, out var since) && since < began:
                Surprise($"{victim} was locked, and a guess was verified.");
                break;
            case Heard.Refused:
                break;
            case Heard.Unavailable or Heard.Nothing:
                await Task.Delay(20, CancellationToken.None);
                break;
            default:
                Surprise($"A guess heard {heard}: {answer}");
                break;
        }
    }

    private async Task GuessAtNobodyAsync(int node)
    {
        var (heard, answer) = await LogInAsync(node, DemoLogin.SistemaVenta, "who guesses at nobody", DemoLogin.SistemaVenta.Body($"{Guid.NewGuid():N}@example.com", "adivina"));
        if (heard is not (Heard.Refused or Heard.Unavailable or Heard.Nothing))
        {
            Surprise($"Nobody heard {heard}: {answer}");
        }

        await Task.Delay(20, CancellationToken.None);
    }

    private async Task SendRubbishAsync(int node)
    {
        var (heard, answer) = await LogInAsync(node, DemoLogin.Ambiotec, "who sends rubbish", """{"usuario_login": [""");
        if (heard is not (Heard.NotUnderstood or Heard.Nothing))
        {
            Surprise($"Rubbish heard {heard}: {answer}");
        }

        await Task.Delay(50, CancellationToken.None);
    }

    private async Task AskAboutTokenAsync(int node)
    {
        if (Volatile.Read(ref recent[RandomNumberGenerator.GetInt32(recent.Length)]) is { } token)
        {
            var before = Volatile.Read(ref era);
            var (active, heard) = await IntrospectAsync(node, token);
            Count("back-end that asks", heard);
            if (heard is not ("OK" or "ServiceUnavailable" or "nothing"))
            {
                Surprise($"/zaguan/introspect answered {heard}.");
            }

            if (active is false && ClocksAgreeSince(before) && !ended.ContainsKey(token))
            {
                Surprise($"A token of {token.Application} that nobody revoked is not active.");
            }
        }

        await Task.Delay(10, CancellationToken.None);
    }

    private async Task EndSessionAsync(int node)
    {
        if (tokens.TryDequeue(out var token))
        {
            // Before it is asked: whoever asks about it at the same time knows.
            ended[token] = false;
            var heard = await SendAsync(node, HttpMethod.Post, "/zaguan/revoke", backEnds[token.Application], BackEndClient.Form(token.Token));
            CountAnswer("back-end that ends sessions", heard);
            ended[token] = heard is HttpStatusCode.OK;
        }

        await Task.Delay(200, CancellationToken.None);
    }

    private async Task ReadAsync(int node, string apiKey)
    {
        var path = RandomNumberGenerator.GetItems<string>(["/zaguan/api/overview", "/zaguan/api/users?q=victima-1", "/zaguan/api/access-log"], 1)[0];
        var heard = await SendAsync(node, HttpMethod.Get, path, apiKey);
        CountAnswer("program that reads", heard);

        await Task.Delay(200, CancellationToken.None);
    }

    private async Task<(Heard Heard, string Answer)> LogInAsync(int node, DemoLogin login, string who, string body)
    {
        var tag = Guid.NewGuid().ToString();
        var (heard, answer) = (Heard.Nothing, "");
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, login.Path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.UserAgent.Add(new(tag, null));
            using var response = await house.Client(node).SendAsync(request);
            answer = await response.Content.ReadAsStringAsync();
            heard = Read(login, response, answer) ?? heard;
            if (Read(login, response, answer) is null)
            {
                Surprise($"{who}: {(int)response.StatusCode} {answer}");
            }

            logins[tag] = (heard, login.Application);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            answer = e.Message;
        }

        Count(who, heard.ToString());
        return (heard, answer);
    }

    /// <summary>Null: the contract has no such answer.</summary>
    private static Heard? Read(DemoLogin login, HttpResponseMessage response, string answer)
    {
        var retryAfter = response.Headers.RetryAfter is not null;
        bool Is(Declared declared) => response.StatusCode == declared.Status && string.Equals(answer, declared.Body, StringComparison.Ordinal);
        return answer switch
        {
            _ when response.StatusCode == HttpStatusCode.OK && login.IsGranted(answer) => Heard.Granted,
            _ when Is(login.Wrong) || Is(login.Unknown) => retryAfter ? Heard.Locked : Heard.Refused,
            _ when Is(login.Unavailable) && retryAfter => Heard.Unavailable,
            _ when Is(login.Malformed) => Heard.NotUnderstood,
            _ => null,
        };
    }

    private async Task<(bool? Active, string Heard)> IntrospectAsync(int node, Granted token)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/zaguan/introspect") { Content = BackEndClient.Form(token.Token) };
            request.Headers.Authorization = new("Bearer", backEnds[token.Application]);
            using var response = await house.Client(node).SendAsync(request);
            return response.StatusCode switch
            {
                HttpStatusCode.OK => (JsonElement.Parse(await response.Content.ReadAsByteArrayAsync()).GetProperty("active").GetBoolean(), "OK"),
                var status => (null, status.ToString()),
            };
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return (null, "nothing");
        }
    }

    private async Task<bool> IsActiveAsync(int node, Granted token) => (await IntrospectAsync(node, token)).Active.ShouldNotBeNull();

    private async Task<HttpStatusCode?> SendAsync(int node, HttpMethod method, string path, string key, HttpContent? content = null)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            using var response = await house.Client(node).SendAsync(request);
            await response.Content.ReadAsByteArrayAsync();
            return response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    private void NoteGranted(int node, string who)
    {
        var now = Stopwatch.GetTimestamp();
        var last = Enumerable.Range(0, SoakHouse.Nodes).Max(n => grantedAt.GetValueOrDefault((n, who)));
        grantedAt[(node, who)] = now;
        if (last > 0)
        {
            var gap = Stopwatch.GetElapsedTime(last, now).Ticks;
            for (var longest = Interlocked.Read(ref longestGap); gap > longest; longest = Interlocked.Read(ref longestGap))
            {
                Interlocked.CompareExchange(ref longestGap, gap, longest);
            }
        }
    }

    private void CountAnswer(string who, HttpStatusCode? heard)
    {
        Count(who, heard?.ToString() ?? "nothing");
        if (heard is not (null or HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable))
        {
            Surprise($"The {who} was answered {heard}.");
        }
    }

    /// <summary>Every second jump brings a clock back.</summary>
    private bool ClocksAgreeSince(int before) => before % 2 == 0 && Volatile.Read(ref era) == before;

    private void Count(string who, string what) => answers.AddOrUpdate((who, what), 1, (_, n) => n + 1);

    private void Surprise(string what) => surprises.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {what}"));

    private static string? TokenIn(string answer) =>
        JsonElement.Parse(answer) is var body && (body.TryGetProperty("Data", out var data) ? data : body) is { ValueKind: JsonValueKind.Object } place && place.TryGetProperty("token", out var token) ? token.GetString() : null;

    private static string NameOf(DemoLogin login, string name) => login.Identifier.Contains('@', StringComparison.Ordinal) ? $"{name}@example.com" : name;

    private static string VictimName(int victim) => string.Create(CultureInfo.InvariantCulture, $"victima-{victim}");

    private sealed record Granted(string Application, string Token);
}
