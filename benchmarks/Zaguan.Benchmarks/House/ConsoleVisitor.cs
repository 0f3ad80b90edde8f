using System.Net;
using OtpNet;
using Zaguan.Admin;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;

namespace Zaguan.Benchmarks.House;

/// <summary>An auditor who has entered the console, by its own pages.</summary>
internal sealed class ConsoleVisitor : IDisposable
{
    private const string Name = "auditora";
    private const string Password = "caballo de la batería";

    private readonly HttpClient client;
    private string formToken = "";

    private ConsoleVisitor(IPEndPoint address)
    {
        // A page is read as a browser asks for it, over one connection that stays open.
        client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = new($"http://{address}"), Timeout = TimeSpan.FromMinutes(5) };
        client.DefaultRequestHeaders.Add("Accept-Language", "es");
    }

    public static async Task AddAsync(BenchmarkHouse house)
    {
        await using var database = Database.Open(house.Place, TimeProvider.System);
        using var password = Secret.FromText(Password);
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        await new AdminStore(database, TimeProvider.System).AddAsync(Name, AdminRole.Auditor, hasher.Create(password), AuditEntry.OfCommandLine(TimeProvider.System.GetUtcNow(), AuditActions.AdminAdded, Name, null, null));
    }

    public static async Task<ConsoleVisitor> EnterAsync(IPEndPoint address)
    {
        var visitor = new ConsoleVisitor(address);
        await visitor.PostAsync(ConsoleRoutes.Enter, ("name", Name), ("password", Password));
        var secret = Between(await visitor.ReadAsync(ConsoleRoutes.SecondFactor), "id=\"secret\">", "<");
        await visitor.PostAsync(ConsoleRoutes.SecondFactor, ("code", new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp()));
        return visitor;
    }

    /// <summary>The whole page.</summary>
    public async Task<string> ReadAsync(string path)
    {
        using var response = await client.GetAsync(path);
        var page = await response.Content.ReadAsStringAsync();
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new BenchmarkFailedException($"{path} was answered with {(int)response.StatusCode}:\n{page}");
        }

        formToken = Between(page, $"name=\"{ConsoleDoor.FormTokenField}\" value=\"", "\"") is { Length: > 0 } token ? token : formToken;
        return page;
    }

    public void Dispose() => client.Dispose();

    private async Task PostAsync(string path, params IEnumerable<(string Name, string Value)> fields)
    {
        using var form = new FormUrlEncodedContent(fields.Append((ConsoleDoor.FormTokenField, formToken)).Select(f => new KeyValuePair<string, string>(f.Item1, f.Item2)));
        using var response = await client.PostAsync(path, form);
        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.SeeOther))
        {
            throw new BenchmarkFailedException($"{path} was answered with {(int)response.StatusCode}:\n{await response.Content.ReadAsStringAsync()}");
        }
    }

    private static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal);
        return from < 0 ? "" : text[(from + start.Length)..text.IndexOf(end, from + start.Length, StringComparison.Ordinal)];
    }
}
