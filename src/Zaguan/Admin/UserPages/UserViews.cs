using Zaguan.AccessLog;
using Zaguan.Budgets;
using Zaguan.Passwords.Formats;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>What the list of users shows.</summary>
internal sealed record UsersView(UserQuery Query, IReadOnlyList<string> Realms, IReadOnlyList<string> Roles, UsersFound Found)
{
    public string NextPath => $"{UserRoutes.Users}{QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["q"] = Query.Text,
        ["realm"] = Query.Realm,
        ["role"] = Query.Role,
        ["state"] = Query.Active switch { true => "active", false => "disabled", null => null },
        ["hash"] = Query.Hash?.ToString().ToLowerInvariant(),
        ["after"] = Found.Next,
    }.Where(p => !string.IsNullOrEmpty(p.Value)))}";
}

/// <summary>What the page of one user shows.</summary>
internal sealed record UserView(User User, IReadOnlyList<BudgetRow> Refusals, IReadOnlyList<SessionEntry> Sessions, IReadOnlyList<AccessRecord> Attempts);

/// <summary>What is written into the form of a user, and what speaks against it.</summary>
/// <param name="User">Null: a new one.</param>
/// <param name="Realm">Empty: it is not chosen yet.</param>
internal sealed record UserForm(User? User, string Realm, IReadOnlyList<string> Realms, IReadOnlyList<string> Roles, NewUser Written, IReadOnlyList<string> Objections)
{
    public string Path => User is null ? UserRoutes.New : $"{UserRoutes.PathOf(User)}/edit";
}

internal sealed record PasswordForm(User User, IReadOnlyList<string> Objections, string? Trouble)
{
    /// <summary>Why the user cannot get a link; null: they can.</summary>
    public string? NoLink { get; init; }

    public TimeSpan LinkLifetime { get; init; }
}

/// <summary>A link by which the user chooses a password, seen once.</summary>
/// <param name="Until">Unix milliseconds.</param>
internal sealed record MadeLink(User User, string Address, long Until);

/// <summary>A password that was made here, seen once.</summary>
internal sealed record GeneratedPassword(User User, string Password);

/// <param name="IsWrong">Another name was written.</param>
internal sealed record DeletionForm(User User, bool IsWrong);

/// <summary>Words for what a user's password is kept as. Never the hash.</summary>
internal static class HashWords
{
    public static string Name(Visit visit, HashKind kind) => kind switch
    {
        HashKind.Modern => visit.Say("moderna", "modern"),
        HashKind.Old => visit.Say("antigua", "old"),
        HashKind.None => visit.Say("ninguna", "none"),
    };

    public static HashKind KindOf(User user) => CostOf(user) switch
    {
        _ when user.Password is null => HashKind.None,
        { } cost when cost.StartsWith("argon2id", StringComparison.Ordinal) => HashKind.Modern,
        _ => HashKind.Old,
    };

    public static string Say(Visit visit, User user) => (KindOf(user), CostOf(user)) switch
    {
        (HashKind.None, _) => visit.Say("No tiene: no puede entrar con una contraseña de aquí.", "None: this user cannot log in with a password kept here."),
        (_, null) => visit.Say("De un formato que Zaguán no conoce: póngale otra.", "Of a format that Zaguan does not know: set another one."),
        (HashKind.Modern, var cost) => visit.Say($"Guardada como Zaguán las guarda ({cost}).", $"Kept as Zaguan keeps them ({cost})."),
        (HashKind.Old, var cost) => visit.Say($"Guardada como en otro sistema ({cost}); se renueva sola cuando el usuario vuelva a entrar.", $"Kept as in another system ({cost}); it is renewed by itself when the user next logs in."),
    };

    private static string? CostOf(User user) => user.Password is { } password ? HashFormats.Read(password)?.Hash?.Cost : null;
}
