using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using Npgsql;
using Zaguan.Login;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Nodes;

/// <summary>What a client was told.</summary>
/// <param name="Token">Of a granted login.</param>
/// <param name="AccessId">Of a granted login: the id of its record.</param>
internal sealed record Told(string Account, HttpStatusCode Status, string? Token = null, long? AccessId = null, bool RetryAfter = false);

/// <summary>
/// Clients that log in without pause over all nodes: some with the right password, each with an account of its own, the others guess wrong at many accounts, which
/// are locked one after the other. Every attempt carries a tag, by which it is found in the access log.
/// </summary>
internal sealed class LoginLoad(NodeGroup nodes) : IAsyncDisposable
{
    /// <summary>Failures that an account has left, from its address: a node that is killed leaves charges that count as such, and those who log in rightly must outlive that.</summary>
    public const int Failures = 20;

    private const string Password = "la clave de la casa";
    private const int Right = 4;
    private const int Guessing = 4;
    private const int Victims = 60;

    private static readonly DemoLogin Login = DemoLogin.Ambiotec;

    private readonly ConcurrentDictionary<string, Told> answered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, int> grantedBy = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<string> surprises = new();
    private Task running = Task.CompletedTask;

    public static (string Key, string? Value)[] Settings =>
    [
        ("Budgets:AccountAndAddress:Failures", Failures.ToString(CultureInfo.InvariantCulture)),
        ("Budgets:AccountAndAddress:RefusedFor", "1d"),
        ("Budgets:AccountAndAddress:RefusedForAtMost", "1d"),
        ("Budgets:Address:Failures", "1000000"),
    ];

    public int Answers => answered.Count;

    public IReadOnlyCollection<Told> Granted => [.. answered.Values.Where(t => t.Token is not null)];

    public int GrantedBy(int node) => grantedBy.GetValueOrDefault(node);

    public static Task AddUsersAsync(string connectionString) =>
        NodeGroup.AddUsersAsync(connectionString, Login.Application, Password, [.. Enumerable.Range(0, Right).Select(RightName), .. Enumerable.Range(0, Victims).Select(VictimName)]);

    public void Start() => running = Task.WhenAll(Enumerable.Range(0, Right + Guessing).Select(c => Task.Run(() => GoOnAsync(c))));

    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
    }

    /// <summary>No answered attempt is missing, no budget has forgotten a failure that was confirmed, and nobody was told what no contract says.</summary>
    public async Task KeepsItsPromisesAsync(string connectionString)
    {
        await using var db = new NpgsqlConnection($"{connectionString};Pooling=false;Target Session Attributes=any");
        await db.OpenAsync();
        var log = (await db.QueryAsync<(string Tag, long Id, string Identifier, bool IsSuccessful, int Outcome, string Node)>(
            "SELECT client_info, id, identifier, is_successful, outcome, node FROM access_log WHERE client_info IS NOT NULL")).ToDictionary(r => r.Tag, StringComparer.Ordinal);

        surprises.ShouldBeEmpty();
        answered.Where(a => !log.TryGetValue(a.Key, out var row) || row.IsSuccessful != a.Value.Token is not null || (a.Value.AccessId ?? row.Id) != row.Id).ShouldBeEmpty("every answered attempt is in the access log");
        log.Values.Where(r => (Outcome)r.Outcome is Outcome.Failed).ShouldBeEmpty();
        log.Values.ShouldAllBe(r => r.Node.StartsWith("nodo-", StringComparison.Ordinal));

        // Refused without Retry-After: verified, and confirmed as a failure. With it: refused by the budget.
        var confirmed = answered.Values.Where(a => a is { Status: HttpStatusCode.Unauthorized, RetryAfter: false }).CountBy(a => a.Account, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var counted = (await db.QueryAsync<(string Name, long Failed)>(
            "SELECT u.username, b.failed FROM budgets b JOIN users u ON b.account = 'user:' || u.key WHERE b.address = ''")).ToDictionary(r => r.Name, r => r.Failed, StringComparer.Ordinal);
        confirmed.Keys.ShouldAllBe(a => a.StartsWith("victima-", StringComparison.Ordinal), "no right password was called wrong");
        confirmed.Where(c => counted.GetValueOrDefault(c.Key) < c.Value).ShouldBeEmpty("every confirmed failure is counted");
        log.Values.Where(r => (Outcome)r.Outcome is Outcome.WrongPassword).CountBy(r => r.Identifier, StringComparer.Ordinal).Where(c => c.Value > Failures).ShouldBeEmpty("nobody got more guesses than there were");
        confirmed.Count.ShouldBeGreaterThan(0);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
    }

    private async Task GoOnAsync(int client)
    {
        for (var turn = client; !stopping.IsCancellationRequested; turn++)
        {
            var node = turn % nodes.Count;
            if (nodes.At(node) is not { } server)
            {
                // Dead, and no load balancer to leave it out: the next one is asked.
                await Task.Delay(5, CancellationToken.None);
                continue;
            }

            var (account, password) = client < Right ? (RightName(client), Password) : (VictimName(RandomNumberGenerator.GetInt32(Victims)), "otra");
            await TryAsync(server, node, account, password);
        }
    }

    private async Task TryAsync(ServerProcess server, int node, string account, string password)
    {
        var tag = Guid.NewGuid().ToString();
        try
        {
            using var answer = await server.PostAsync(Login.Path, Login.Body(account, password), ("x-client-info", tag));
            var body = await answer.Content.ReadAsStringAsync();
            var retryAfter = answer.Headers.RetryAfter is not null;
            switch (answer.StatusCode)
            {
                case HttpStatusCode.OK:
                    var json = JsonElement.Parse(body);
                    answered[tag] = new(account, answer.StatusCode, json.GetProperty("token").GetString(), json.GetProperty("user").GetProperty("access_id").GetInt64());
                    grantedBy.AddOrUpdate(node, 1, (_, n) => n + 1);
                    break;
                case HttpStatusCode.Unauthorized when string.Equals(body, Login.Wrong.Body, StringComparison.Ordinal):
                    answered[tag] = new(account, answer.StatusCode, RetryAfter: retryAfter);
                    break;
                case HttpStatusCode.ServiceUnavailable when retryAfter && string.Equals(body, Login.Unavailable.Body, StringComparison.Ordinal):
                    // Nobody was told what became of it.
                    await Task.Delay(20, CancellationToken.None);
                    break;
                default:
                    surprises.Enqueue($"{(int)answer.StatusCode} {body}");
                    break;
            }
        }
        catch (Exception e) when (e is HttpRequestException or ObjectDisposedException or InvalidOperationException or TaskCanceledException)
        {
            // Killed meanwhile: this attempt was not answered.
        }
    }

    private static string RightName(int client) => string.Create(CultureInfo.InvariantCulture, $"derecho-{client}");

    private static string VictimName(int victim) => string.Create(CultureInfo.InvariantCulture, $"victima-{victim}");
}
