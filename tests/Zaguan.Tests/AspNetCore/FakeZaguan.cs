using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Zaguan.AspNetCore.Revocations;

namespace Zaguan.Tests.AspNetCore;

/// <summary>What a back-end asks Zaguan for, answered on a real port by whatever a test says.</summary>
internal sealed class FakeZaguan : IAsyncDisposable
{
    public const string BackEndKey = "la-llave-del-back-end";

    private readonly WebApplication app;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private List<Revocation> entries = [];
    private TaskCompletionSource changed = NewSignal();
    private int keysAsked;
    private int feedAsked;
    private int? status;

    private FakeZaguan(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>The document of keys.</summary>
    public string Keys { get; set; } = """{"keys":[]}""";

    /// <summary>A page of the feed, whatever is revoked.</summary>
    public string? Page { get; set; }

    public int PageSize { get; set; } = RevocationPage.MostEntries;

    public int KeysAsked => keysAsked;

    public int FeedAsked => feedAsked;

    /// <summary>The query of the last question to the feed.</summary>
    public string LastQuestion { get; private set; } = "";

    /// <summary>Answers everything with this, also those who wait. Null: it is well.</summary>
    public int? Status
    {
        get => status;
        set
        {
            status = value;
            Signal();
        }
    }

    /// <summary>Takes questions and answers none.</summary>
    public bool IsSilent { get; set; }

    public static async Task<FakeZaguan> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var zaguan = new FakeZaguan(builder.Build());
        zaguan.app.MapGet("/.well-known/jwks.json", zaguan.AnswerKeysAsync);
        zaguan.app.MapGet("/zaguan/revocations", zaguan.AnswerFeedAsync);
        await zaguan.app.StartAsync();
        return zaguan;
    }

    public void Revoke(params Revocation[] more)
    {
        lock (gate)
        {
            var known = entries.Count;
            entries.AddRange(more.Select((r, i) => r with { Number = known + i + 1 }));
        }

        Signal();
    }

    /// <summary>A backup takes the place of the list.</summary>
    public void BeginAnew(params Revocation[] other)
    {
        lock (gate)
        {
            entries = [.. other.Select((r, i) => r with { Number = i + 1 })];
        }

        Signal();
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await app.StopAsync();
        await app.DisposeAsync();
        ending.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task<IResult> AnswerKeysAsync()
    {
        Interlocked.Increment(ref keysAsked);
        if (IsSilent)
        {
            await ending.Token.WhenCancelledAsync();
        }

        return Status is { } refused ? Results.StatusCode(refused) : Results.Text(Keys, "application/json");
    }

    private async Task<IResult> AnswerFeedAsync(HttpRequest request, long after, int wait)
    {
        Interlocked.Increment(ref feedAsked);
        LastQuestion = request.QueryString.Value!;
        if (IsSilent)
        {
            await ending.Token.WhenCancelledAsync();
        }

        if (!string.Equals(request.Headers.Authorization, $"Bearer {BackEndKey}", StringComparison.Ordinal))
        {
            return Results.Unauthorized();
        }

        var (page, more) = Read(after);
        if (page.Revocations.Count == 0 && page.Last == after && Status is null && Page is null && wait > 0)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(ending.Token, request.HttpContext.RequestAborted);
            await Task.WhenAny(more, Task.Delay(TimeSpan.FromSeconds(wait), either.Token));
            (page, _) = Read(after);
        }

        return Status is { } refused ? Results.StatusCode(refused) : Page is { } text ? Results.Text(text, "application/json") : Results.Json(page, RevocationJson.Default.RevocationPage);
    }

    private (RevocationPage Page, Task More) Read(long after)
    {
        lock (gate)
        {
            var found = entries.Where(e => e.Number > after).Take(PageSize).ToList();
            return (new() { Last = found.Count > 0 ? found[^1].Number : entries.Count, Revocations = found }, changed.Task);
        }
    }

    private void Signal() => Interlocked.Exchange(ref changed, NewSignal()).TrySetResult();
}

internal static class Cancellation
{
    /// <summary>Ends, without an exception, when the token says so.</summary>
    public static async Task WhenCancelledAsync(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (token.Register(() => cancelled.TrySetResult()))
        {
            await cancelled.Task;
        }
    }
}
