namespace Zaguan.Admin.Api;

/// <summary>The keys of the API itself.</summary>
internal static class ApiKeyApi
{
    public static void MapApiKeyApi(this WebApplication app)
    {
        var (keys, changes) = (app.Services.GetRequiredService<ApiKeyStore>(), app.Services.GetRequiredService<ApiKeyChanges>());
        app.Ask("/api-keys", ApiScopes.ApiKeysRead, "The API keys, the newest first, those that are good no more too.", ListAsync);
        app.Take<NewApiKeyBody, MadeApiKeyAnswer>(HttpMethods.Post, "/api-keys", ApiScopes.ApiKeysWrite, "Make an API key; it is answered once. It has no scope that yours lacks, and does not outlive yours.", AddAsync, StatusCodes.Status409Conflict);
        app.Do(HttpMethods.Delete, "/api-keys/{id}", ApiScopes.ApiKeysWrite, "Revoke an API key, also the one that is sent: it is good no more at once.", RevokeAsync, StatusCodes.Status409Conflict);

        async Task<ApiAnswer<ApiKeysAnswer>> ListAsync(Visit visit) => new ApiKeysAnswer([.. (await keys.ListAsync()).Select(k => ApiKeyAnswer.Of(visit, k))]);

        async Task<ApiAnswer<MadeApiKeyAnswer>> AddAsync(Visit visit, NewApiKeyBody body)
        {
            var (made, objections) = await changes.AddAsync(visit, body.Name.Trim(), body.Scopes, body.ExpiresAt);
            return made is null ? ApiProblem.Of(objections) : new MadeApiKeyAnswer(made.Key.PublicId, made.Text);
        }

        async Task<ApiAnswer<Nothing>> RevokeAsync(Visit visit) => await keys.FindAsync(visit.Http.GetRouteValue("id") as string ?? "") is not { } key ? ApiProblem.NothingThere("API key")
            : await changes.RevokeAsync(visit, key) ? Nothing.More
            : ApiProblem.Conflict("This API key was revoked before.");
    }
}

internal sealed record ApiKeysAnswer(IReadOnlyList<ApiKeyAnswer> Keys);

internal sealed record ApiKeyAnswer(
    [ApiField("The beginning of the key, by which it is addressed.")] string Id,
    string Name,
    IReadOnlyList<string> Scopes,
    ApiKeyState State,
    [ApiField("An administrator or another key; empty: somebody at the machine itself.")] string CreatedBy,
    DateTimeOffset CreatedAt,
    [ApiField("Null: it does not expire.")] DateTimeOffset? ExpiresAt,
    [ApiField("To about ten minutes; null: never.")] DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt)
{
    public static ApiKeyAnswer Of(Visit visit, ApiKey key) => new(
        key.PublicId, key.Name, key.ScopeNames, key.StateAt(visit.Now), key.CreatedBy, ApiRoutes.Instant(key.CreatedAt), Instant(key.ExpiresAt), Instant(key.LastUsedAt), Instant(key.RevokedAt));

    private static DateTimeOffset? Instant(long? milliseconds) => milliseconds is { } some ? ApiRoutes.Instant(some) : null;
}

internal sealed record NewApiKeyBody(
    [ApiField("What it is for.", "\"nightly report\"")] string Name,
    [ApiField("What it may do.", "[\"users:read\", \"log:read\"]")] IReadOnlyList<string> Scopes,
    [ApiField("Left out or null: it does not expire.", "\"2027-03-01T00:00:00Z\"")] DateTimeOffset? ExpiresAt = null);

internal sealed record MadeApiKeyAnswer(string Id, [ApiField("What is sent, seen only now.")] string Key)
{
    /// <summary>Which it is, and not what is sent.</summary>
    public override string ToString() => Id;
}
