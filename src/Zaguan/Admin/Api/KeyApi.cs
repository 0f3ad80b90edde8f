using Zaguan.Admin.KeyPages;
using Zaguan.BackEnds;
using Zaguan.Tokens.Keys;

namespace Zaguan.Admin.Api;

/// <summary>The keys that sign, and the back-ends with theirs.</summary>
internal static class KeyApi
{
    public static void MapKeyApi(this WebApplication app)
    {
        var services = app.Services;
        var (keys, backEnds, changes) = (services.GetRequiredService<SigningKeys>(), services.GetRequiredService<BackEndStore>(), services.GetRequiredService<KeyChanges>());

        app.Ask("/signing-keys", ApiScopes.KeysRead, "The keys of Zaguan's own, the oldest first.", ListAsync);
        app.Do(HttpMethods.Post, "/signing-keys", ApiScopes.KeysWrite, "Make the next signing key: it is published now and signs a little later.", RotateAsync, StatusCodes.Status409Conflict);
        app.Ask("/back-ends", ApiScopes.BackEndsRead, "The back-ends that may ask about tokens.", ListBackEndsAsync);
        app.Take<NewBackEndBody, BackEndKeyAnswer>(HttpMethods.Post, "/back-ends", ApiScopes.BackEndsWrite, "Add a back-end; its key is answered once.", AddBackEndAsync, StatusCodes.Status409Conflict);
        app.Do(HttpMethods.Delete, "/back-ends/{name}", ApiScopes.BackEndsWrite, "Remove a back-end: its key is good no more.", RemoveBackEndAsync);

        async Task<ApiAnswer<SigningKeysAnswer>> ListAsync(Visit visit) => new SigningKeysAnswer([.. (await keys.ListAsync()).Select(SigningKeyAnswer.Of)]);

        async Task<ApiAnswer<SigningKeysAnswer>> RotateAsync(Visit visit) => await changes.RotateAsync(visit) is { } refusal ? ApiProblem.Conflict(refusal) : await ListAsync(visit);

        async Task<ApiAnswer<BackEndsAnswer>> ListBackEndsAsync(Visit visit) =>
            new BackEndsAnswer([.. (await backEnds.ListAsync()).Select(b => new BackEndAnswer(b.Name, b.Application, ApiRoutes.Instant(b.CreatedAt)))]);

        async Task<ApiAnswer<BackEndKeyAnswer>> AddBackEndAsync(Visit visit, NewBackEndBody body)
        {
            var (key, objection) = await changes.AddBackEndAsync(visit, body.Name, body.Application);
            return key is not null ? new BackEndKeyAnswer(body.Name, body.Application, key) : ApiProblem.Of([objection!]);
        }

        async Task<ApiAnswer<Nothing>> RemoveBackEndAsync(Visit visit) =>
            await changes.RemoveBackEndAsync(visit, visit.Http.GetRouteValue("name") as string ?? "") ? Nothing.More : ApiProblem.NothingThere("back-end");
    }
}

internal sealed record SigningKeysAnswer(IReadOnlyList<SigningKeyAnswer> Keys);

internal sealed record SigningKeyAnswer(string Kid, string Algorithm, KeyState State, DateTimeOffset CreatedAt, DateTimeOffset SignsFrom, [ApiField("Null: no next key is made.")] DateTimeOffset? SignsUntil)
{
    public static SigningKeyAnswer Of(ListedKey key) => new(
        key.Key.Kid, SigningKey.Algorithm, key.State, ApiRoutes.Instant(key.Key.CreatedAt), ApiRoutes.Instant(key.Key.SignsFrom), key.SignsUntil is { } until ? ApiRoutes.Instant(until) : null);
}

internal sealed record BackEndsAnswer(IReadOnlyList<BackEndAnswer> BackEnds);

internal sealed record BackEndAnswer(string Name, string Application, DateTimeOffset CreatedAt);

internal sealed record NewBackEndBody(
    [ApiField("Small letters, digits and hyphens.", "\"caja\"")] string Name,
    [ApiField("The application whose tokens it may ask about.", "\"romsoft\"")] string Application);

internal sealed record BackEndKeyAnswer(string Name, string Application, [ApiField("What it proves itself with, seen only now.")] string Key)
{
    /// <summary>Whose it is, and no key.</summary>
    public override string ToString() => Name;
}
