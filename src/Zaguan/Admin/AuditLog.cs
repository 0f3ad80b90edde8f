using System.Data.Common;
using System.Text.Json;
using Dapper;
using Zaguan.Storage;

namespace Zaguan.Admin;

/// <summary>What somebody did to the house. It is written in the transaction that does it, or before.</summary>
internal sealed record AuditEntry
{
    public long Id { get; init; }

    /// <summary>Unix milliseconds, UTC.</summary>
    public long At { get; init; }

    /// <summary>An administrator's name, an API key's with its id, or "realm/user name" of a user who did it to themselves; empty: somebody who did not enter, or who sits at the machine itself (then there is no address).</summary>
    public required string Who { get; init; }

    public string? Address { get; init; }

    /// <summary>One of <see cref="AuditActions"/>.</summary>
    public required string Action { get; init; }

    /// <summary>To what it was done: "realm/user name" for a user.</summary>
    public required string Object { get; init; }

    /// <summary>JSON, without secrets; null where there is nothing to compare.</summary>
    public string? Before { get; init; }

    /// <summary>See <see cref="Before"/>.</summary>
    public string? After { get; init; }

    /// <summary>Who sits at the machine itself is nobody in particular.</summary>
    public static AuditEntry OfCommandLine(DateTimeOffset at, string action, string what, object? before, object? after) => new()
    {
        At = at.ToUnixTimeMilliseconds(),
        Who = "",
        Action = action,
        Object = what,
        Before = before is null ? null : Json(before),
        After = after is null ? null : Json(after),
    };

    public static string Json(object value) => JsonSerializer.Serialize(value, Options);

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>The words of the audit log; pages say them in the reader's language (<see cref="AuditActions.Say"/>).</summary>
internal static class AuditActions
{
    public const string Entered = "entered";
    public const string NotEntered = "not entered";
    public const string Left = "left";
    public const string Confirmed = "confirmed";
    public const string NotConfirmed = "not confirmed";
    public const string SecondFactorSet = "second factor set up";
    public const string AdminAdded = "administrator added";
    public const string AdminChanged = "administrator changed";
    public const string AdminDeleted = "administrator deleted";
    public const string UserAdded = "user added";
    public const string UserChanged = "user changed";
    public const string UserDisabled = "user disabled";
    public const string UserEnabled = "user enabled";
    public const string UserUnlocked = "user unlocked";
    public const string UserPasswordSet = "user's password set";
    public const string UserSecondFactorSet = "user's second factor set up";
    public const string UserSecondFactorReset = "user's second factor reset";
    public const string PasswordLinkMade = "link to set a password made";
    public const string PasswordLinkUsed = "password set by link";
    public const string OwnPasswordChanged = "own password changed";
    public const string OwnSecondFactorSet = "own second factor set up";
    public const string OwnSecondFactorRemoved = "own second factor removed";
    public const string OwnRecoveryCodesMade = "own recovery codes made";
    public const string UserSessionEnded = "user's session ended";
    public const string UserSessionsEnded = "user's sessions ended";
    public const string ApplicationSessionsEnded = "application's sessions ended";
    public const string UserDeleted = "user deleted";
    public const string ImportStarted = "import started";
    public const string ImportEnded = "import ended";
    public const string LoginTried = "login tried out";
    public const string KeyMade = "signing key made";
    public const string BackEndAdded = "back-end added";
    public const string BackEndRemoved = "back-end removed";
    public const string ApiKeyMade = "API key made";
    public const string ApiKeyRevoked = "API key revoked";

    private static readonly Dictionary<string, (string Spanish, string English)> Words = new(StringComparer.Ordinal)
    {
        [Entered] = ("entró", "entered"),
        [NotEntered] = ("intentó entrar", "tried to enter"),
        [Left] = ("salió", "left"),
        [Confirmed] = ("confirmó que es quien es", "confirmed who they are"),
        [NotConfirmed] = ("no pudo confirmar que es quien es", "could not confirm who they are"),
        [SecondFactorSet] = ("configuró el segundo factor", "set up the second factor"),
        [AdminAdded] = ("añadió un administrador", "added an administrator"),
        [AdminChanged] = ("cambió un administrador", "changed an administrator"),
        [AdminDeleted] = ("borró un administrador", "deleted an administrator"),
        [UserAdded] = ("añadió un usuario", "added a user"),
        [UserChanged] = ("cambió un usuario", "changed a user"),
        [UserDisabled] = ("desactivó un usuario", "disabled a user"),
        [UserEnabled] = ("activó un usuario", "enabled a user"),
        [UserUnlocked] = ("desbloqueó un usuario", "unlocked a user"),
        [UserPasswordSet] = ("puso una contraseña a un usuario", "set a user's password"),
        [UserSecondFactorSet] = ("configuró el segundo factor de un usuario", "set up a user's second factor"),
        [UserSecondFactorReset] = ("anuló el segundo factor de un usuario", "reset a user's second factor"),
        [PasswordLinkMade] = ("hizo un enlace para poner la contraseña de un usuario", "made a link to set a user's password"),
        [PasswordLinkUsed] = ("puso su contraseña con un enlace", "set their password by a link"),
        [OwnPasswordChanged] = ("cambió su propia contraseña", "changed their own password"),
        [OwnSecondFactorSet] = ("configuró su propio segundo factor", "set up their own second factor"),
        [OwnSecondFactorRemoved] = ("quitó su propio segundo factor", "removed their own second factor"),
        [OwnRecoveryCodesMade] = ("hizo otros códigos de recuperación para sí", "made other recovery codes of their own"),
        [UserSessionEnded] = ("cerró una sesión de un usuario", "ended a session of a user"),
        [UserSessionsEnded] = ("cerró todas las sesiones de un usuario", "ended all sessions of a user"),
        [ApplicationSessionsEnded] = ("cerró todas las sesiones de una aplicación", "ended all sessions of an application"),
        [UserDeleted] = ("borró un usuario", "deleted a user"),
        [ImportStarted] = ("empezó una importación de usuarios", "started an import of users"),
        [ImportEnded] = ("terminó una importación de usuarios", "ended an import of users"),
        [LoginTried] = ("probó un inicio de sesión", "tried a login out"),
        [KeyMade] = ("creó la siguiente clave de firma", "made the next signing key"),
        [BackEndAdded] = ("añadió un servidor con clave", "added a back-end"),
        [BackEndRemoved] = ("quitó un servidor con clave", "removed a back-end"),
        [ApiKeyMade] = ("creó una clave de la API", "made an API key"),
        [ApiKeyRevoked] = ("anuló una clave de la API", "revoked an API key"),
    };

    public static string Say(Visit visit, string action) => Words.TryGetValue(action, out var words) ? visit.Say(words.Spanish, words.English) : action;
}

/// <summary>The audit log in the database. What was done stays; that strangers tried to enter is forgotten like an access record.</summary>
internal sealed class AuditLog(Database database)
{
    /// <summary>Within the caller's transaction. Null: nobody acts whom it should be known of.</summary>
    public static Task AppendAsync(DbConnection db, AuditEntry? entry) => entry is null ? Task.CompletedTask : db.ExecuteAsync(
        "INSERT INTO audit_log (at, who, address, action, object, before, after) VALUES (@At, @Who, @Address, @Action, @Object, @Before, @After)", entry);

    /// <summary>Within the caller's transaction, of a change that took place; null: nobody asks for a record. Returns whether it did.</summary>
    public static async Task<bool> AppendIfAsync(DbConnection db, AuditEntry? entry, bool isDone)
    {
        if (isDone && entry is not null)
        {
            await AppendAsync(db, entry);
        }

        return isDone;
    }

    public Task AppendAsync(AuditEntry entry) => database.WriteAsync(async db =>
    {
        await AppendAsync(db, entry);
        return true;
    });

    /// <summary>Deletes at most <paramref name="batch"/> entries of strangers who tried to enter before an instant. Returns how many they were.</summary>
    public Task<int> ForgetStrangersAsync(DateTimeOffset before, int batch) => database.WriteAsync(db => db.ExecuteAsync(
        "DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE action = @NotEntered AND at < @before ORDER BY id LIMIT @batch)",
        new { AuditActions.NotEntered, before = before.ToUnixTimeMilliseconds(), batch }));

    /// <summary>The newest, before the entry of that id, the newest first.</summary>
    public Task<IReadOnlyList<AuditEntry>> ListAsync(long? before, int most) => database.ReadAsync<IReadOnlyList<AuditEntry>>(async db => (await db.QueryAsync<AuditEntry>(
        "SELECT id, at, who, address, action, object, before, after FROM audit_log WHERE @before IS NULL OR id < @before ORDER BY id DESC LIMIT @most",
        new { before, most })).AsList());
}
