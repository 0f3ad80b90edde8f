using Zaguan.Applications;
using Zaguan.Budgets;
using Zaguan.OneTimeCodes;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Admin.UserPages;

/// <summary>What administrators do to users, whether in the console or by the API: the rules, and what is recorded of it.</summary>
internal sealed class UserChanges(UserStore users, BudgetStore budgets, RevocationStore revocations, UserSecondFactors secondFactors, RunningApplications applications)
{
    /// <param name="written">Of a realm that there is; its texts as <see cref="Tidy"/> leaves them.</param>
    /// <returns>The new user's number, or what speaks against it.</returns>
    public async Task<(long? Number, IReadOnlyList<Objection> Objections)> AddAsync(Visit visit, NewUser written)
    {
        var objections = await ObjectionsAsync(visit, written);
        if (objections.Count > 0)
        {
            return (null, objections);
        }

        var addition = await users.TryAddAsync(written, visit.Audit(AuditActions.UserAdded, $"{written.Realm}/{written.Username}", after: Audited(written)));
        return (addition.Number, TakenInWords(visit, addition.Taken));
    }

    /// <returns>What speaks against it; null: the user is gone.</returns>
    public async Task<IReadOnlyList<Objection>?> EditAsync(Visit visit, User user, NewUser written)
    {
        var objections = await ObjectionsAsync(visit, written);
        if (objections.Count > 0)
        {
            return objections;
        }

        return await users.EditAsync(user, written, applications.Table.Applications, visit.Audit(AuditActions.UserChanged, UserRoutes.Called(user), Audited(Of(user)), Audited(written))) is { } taken
            ? TakenInWords(visit, taken)
            : null;
    }

    public Task<bool> DeleteAsync(Visit visit, User user) =>
        users.DeleteAsync(user, applications.Table.Applications, visit.Audit(AuditActions.UserDeleted, UserRoutes.Called(user), before: Audited(Of(user))));

    public Task<bool> UnlockAsync(Visit visit, User user) => budgets.UnlockAsync(Accounts.Of(user), visit.Audit(AuditActions.UserUnlocked, UserRoutes.Called(user)));

    /// <summary>False: the user is so already, or is gone.</summary>
    public async Task<bool> SetActiveAsync(Visit visit, User user, bool active) => user.Active != active && await users.SetActiveAsync(
        user, active, applications.Table.Applications, visit.Audit(active ? AuditActions.UserEnabled : AuditActions.UserDisabled, UserRoutes.Called(user), new { active = user.Active }, new { active }));

    /// <summary>False: the user has no such session that is open.</summary>
    /// <param name="session">A session's id is a UUID; what is none is nobody's.</param>
    public async Task<bool> EndSessionAsync(Visit visit, User user, string session) => Guid.TryParse(session, out var id)
        && await revocations.RevokeSessionAsync(id.ToString(), of: user, visit.Audit(AuditActions.UserSessionEnded, UserRoutes.Called(user), before: new { session = id }));

    public Task<int> EndSessionsAsync(Visit visit, User user) =>
        revocations.RevokeUserAsync(user, applications.Table.Applications, visit.Audit(AuditActions.UserSessionsEnded, UserRoutes.Called(user)));

    /// <summary>False: there is none.</summary>
    public Task<bool> ResetSecondFactorAsync(Visit visit, User user) => secondFactors.ResetAsync(user, visit.Audit(AuditActions.UserSecondFactorReset, UserRoutes.Called(user)));

    public async Task<IReadOnlyList<string>> RolesAsync(string realm) => [.. (await users.ListRolesAsync(realm)).Select(r => r.Name)];

    /// <summary>Null: nothing was written.</summary>
    public static string? Tidy(string? text) => text?.Trim() is { Length: > 0 } tidy ? tidy : null;

    public static NewUser Of(User user) => new()
    {
        Realm = user.Realm,
        Username = user.Username,
        Email = user.Email,
        Phone = user.Phone,
        GivenName = user.GivenName,
        FamilyName = user.FamilyName,
        Role = user.RoleName,
        Active = user.Active,
    };

    /// <summary>Why a text cannot be kept as what it is; null where it can.</summary>
    /// <param name="what">The beginning of a sentence.</param>
    public static string? TextObjection(Visit visit, string what, string text) => text switch
    {
        "" => visit.Say($"{what} no puede quedar vacío.", $"{what} cannot be empty."),
        { Length: > Names.Longest } => visit.Say($"{what}: como mucho {Names.Longest} caracteres.", $"{what}: at most {Names.Longest} characters."),
        _ when Names.Objection(what, text) is not null => visit.Say($"{what}: hay caracteres que no se pueden guardar; escríbalo de nuevo.", $"{what}: there are characters that cannot be kept; write it anew."),
        _ => null,
    };

    /// <summary>What the audit log keeps of a user.</summary>
    public static object Audited(NewUser user) => new { user.Username, user.Email, user.Phone, user.GivenName, user.FamilyName, user.Role, user.Active };

    private async Task<IReadOnlyList<Objection>> ObjectionsAsync(Visit visit, NewUser user)
    {
        var texts = new (string Field, string Spanish, string English, string? Text)[]
        {
            ("username", "El nombre de usuario", "The user name", user.Username),
            ("email", "El correo", "The e-mail address", user.Email),
            ("phone", "El teléfono", "The telephone number", user.Phone),
            ("givenName", "El nombre", "The given name", user.GivenName),
            ("familyName", "Los apellidos", "The family name", user.FamilyName),
        };
        var objections = texts.Where(t => t.Text is not null)
            .Select(t => TextObjection(visit, visit.Say(t.Spanish, t.English), t.Text!) is { } sentence ? new Objection(t.Field, sentence) : null)
            .OfType<Objection>()
            .ToList();
        if (user.Email is { } email && !Names.IsEmail(email))
        {
            objections.Add(new("email", visit.Say($"«{email}» no es una dirección de correo: le falta algo, o tiene espacios.", $"“{email}” is no e-mail address: something is missing, or it has blanks.")));
        }

        if (user.Role is { } role && !(await RolesAsync(user.Realm)).Contains(role, StringComparer.Ordinal))
        {
            objections.Add(new("role", visit.Say($"No hay ningún papel «{role}»; elija uno de la lista.", $"There is no role “{role}”; choose one of the list.")));
        }

        return objections;
    }

    private static IReadOnlyList<Objection> TakenInWords(Visit visit, IReadOnlyList<Taken> taken) => [.. taken.Select(t =>
    {
        var isName = t.What is "user name";
        return new Objection(
            isName ? "username" : "email",
            visit.Say($"{(isName ? "El nombre de usuario ya lo tiene" : "El correo ya lo tiene")} {t.By}. No se ha cambiado nada; escriba otro.", $"The {t.What} is that of {t.By} already. Nothing was changed; write another one."),
            ObjectionKind.Taken);
    })];
}
