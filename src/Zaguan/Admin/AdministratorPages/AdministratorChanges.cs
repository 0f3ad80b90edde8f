using Zaguan.Admin.Api;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Admin.AdministratorPages;

internal enum AdminChange
{
    Done,

    /// <summary>Nobody takes their own place away.</summary>
    Oneself,

    /// <summary>No administrator would be left.</summary>
    Last,

    /// <summary>A key would give somebody more than it may do itself.</summary>
    Beyond,

    /// <summary>The administrator was deleted.</summary>
    Gone,
}

/// <summary>
/// What is done to administrators, whether in the console or by the API: the rules, and what is recorded of it. Nobody takes their own place away, and nobody the last
/// one: of two who try that on each other, the database lets one. A key opens the console to nobody who could do more there than the key can.
/// </summary>
internal sealed class AdministratorChanges(AdminStore admins, BudgetStore budgets, HashGate gate, ServerSideCallers callers, Setup setup)
{
    /// <summary>Why nobody can be called so; null: one can.</summary>
    public static string? NameObjection(Visit visit, string name) => Names.Objection("A name", name) is { } objection
        ? visit.Say("Ese nombre está vacío, es demasiado largo o tiene caracteres que no se pueden guardar.", objection)
        : null;

    /// <returns>What speaks against it; null: Zaguan is busy.</returns>
    public async Task<IReadOnlyList<Objection>?> AddAsync(Visit visit, string name, AdminRole role, string chosen)
    {
        using var password = Secret.FromText(chosen);
        var objections = (NameObjection(visit, name) is { } noName ? [new Objection("name", noName)] : Array.Empty<Objection>())
            .Concat(NewPasswords.Objections(visit, setup, password, name).Select(o => new Objection("password", o)))
            .Concat(MayAppoint(visit, role) ? [] : [new Objection("role", BeyondInWords(visit), ObjectionKind.Forbidden)])
            .ToList();
        if (objections.Count > 0)
        {
            return objections;
        }

        if (await gate.HashAsync(callers.SenderOf(Client.Of(visit.Http).Address), password) is not { } stored)
        {
            return null;
        }

        return await admins.AddAsync(name, role, stored, visit.Audit(AuditActions.AdminAdded, name, after: new { role = role.ToString() }))
            ? []
            : [new("name", visit.Say("Ya hay un administrador con ese nombre.", "There is an administrator of that name already."), ObjectionKind.Taken)];
    }

    public Task<AdminChange> SetRoleAsync(Visit visit, Administrator admin, AdminRole role) => ChangeAsync(
        visit, admin, () => admins.SetRoleAsync(admin, role, Changed(visit, admin, new { role = admin.Role.ToString() }, new { role = role.ToString() }), keepsOne: true), sparesOneself: true, opensTo: role);

    public Task<AdminChange> SetActiveAsync(Visit visit, Administrator admin, bool active) => ChangeAsync(
        visit,
        admin,
        () => admins.SetActiveAsync(admin, active, Changed(visit, admin, new { active = admin.Active }, new { active }), keepsOne: true),
        sparesOneself: !active,
        opensTo: active ? admin.Role : null);

    /// <summary>Who forgives without end lets guess without end.</summary>
    public Task<AdminChange> UnlockAsync(Visit visit, Administrator admin) => ChangeAsync(visit, admin, async () =>
    {
        await budgets.UnlockAsync(Accounts.Of(admin), Changed(visit, admin, null, new { failedAttempts = "forgiven" }));
        return true;
    }, opensTo: admin.Role);

    /// <summary>Whoever has the password then sets up the next one.</summary>
    public Task<AdminChange> ResetSecondFactorAsync(Visit visit, Administrator admin) => ChangeAsync(
        visit, admin, () => admins.ResetSecondFactorAsync(admin, Changed(visit, admin, null, new { secondFactor = "none" })), opensTo: admin.Role);

    public Task<AdminChange> DeleteAsync(Visit visit, Administrator admin) => ChangeAsync(
        visit, admin, () => admins.DeleteAsync(admin, visit.Audit(AuditActions.AdminDeleted, admin.Name, before: new { role = admin.Role.ToString() }), keepsOne: true), sparesOneself: true);

    public async Task<Administrator?> FindAsync(long key) => (await admins.ListAsync()).FirstOrDefault(a => a.Key == key);

    public async Task<IReadOnlyList<ListedAdministrator>> ListAsync()
    {
        var listed = new List<ListedAdministrator>();
        foreach (var admin in await admins.ListAsync())
        {
            listed.Add(new(admin, (await budgets.RefusalsAsync(Accounts.Of(admin))).Count > 0));
        }

        return listed;
    }

    public static string BeyondInWords(Visit visit) => visit.Say(
        "Esta clave no puede tanto como ese papel, así que no puede abrirle la consola a nadie con él.",
        "This key may not do all that this role may, so it can open the console to nobody with it.");

    /// <param name="opensTo">As what the administrator could enter afterwards and could not before; null: nothing changes in that.</param>
    private async Task<AdminChange> ChangeAsync(Visit visit, Administrator admin, Func<Task<bool>> change, bool sparesOneself = false, AdminRole? opensTo = null)
    {
        if (sparesOneself && admin.Key == visit.Session?.Admin.Key)
        {
            return AdminChange.Oneself;
        }

        if (opensTo is { } role && !MayAppoint(visit, role))
        {
            return AdminChange.Beyond;
        }

        return await change() ? AdminChange.Done : await FindAsync(admin.Key) is null ? AdminChange.Gone : AdminChange.Last;
    }

    private static bool MayAppoint(Visit visit, AdminRole role) => visit.Key is not { } key || ApiScopes.OfRole(role).All(key.Has);

    private static AuditEntry Changed(Visit visit, Administrator admin, object? before, object after) => visit.Audit(AuditActions.AdminChanged, admin.Name, before, after);
}
