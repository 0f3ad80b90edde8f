using System.Data.Common;
using System.Text.Json.Nodes;
using Dapper;
using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Tokens;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>Makes, completes or refreshes the user of a granted login from what a source says. Nobody is ever made of a refused one.</summary>
internal sealed class ProfileStore(UserStore users, RunningApplications applications, TimeProvider clock, ILogger<ProfileStore> logger)
{
    /// <summary>Within the transaction that records the attempt.</summary>
    /// <param name="found">Whom the identifier meant when the attempt began; null: nobody.</param>
    /// <param name="password">What shall be the user's password here; null: none of it is kept.</param>
    /// <param name="at">When the attempt began: what was opened before is closed where the password is another now, and what this attempt opens is not.</param>
    public async Task<(Outcome Outcome, User? User)> TakeInAsync(DbConnection db, Application application, User? found, Profile profile, StoredPassword? password, DateTimeOffset at)
    {
        // Another login of the same person may have been here first: then there is somebody by now, and it is the same one.
        await LockAsync(db, application.Realm, found, profile);
        var candidates = await UserStore.FindAllAsync(db, application.Realm, profile);
        var user = candidates.SingleOrDefault(c => c.Key == found?.Key) ?? candidates.SingleOrDefault(c => IsOf(c, profile));
        if (found is not null && user is not null && user.Key != found.Key)
        {
            // Whose account was charged and whom the source names are two people.
            logger.ProfileIsAnothers(application.Name, application.Realm, user.Number);
            return (Outcome.Failed, found);
        }

        if (found is null && user is not null)
        {
            // Made since the attempt began, and perhaps changed since it was read.
            await UserStore.LockAsync(db, user.Key);
            user = await UserStore.FindByRowAsync(db, user.Key);
        }

        if (candidates.FirstOrDefault(c => c.Key != user?.Key) is { } other)
        {
            // Numbers, ids and e-mail addresses are what clients know people by; two people never share one.
            logger.ProfileIsAnothers(application.Name, application.Realm, other.Number);
            return (Outcome.Failed, user);
        }

        if (found is not null && user is null)
        {
            // Deleted while the source was asked: then it was too late.
            return (Outcome.UnknownUser, null);
        }

        if (user is not null && IsKnownToClients(user) && !profile.Refreshes && ((profile.Number ?? user.Number) != user.Number || !string.Equals(profile.Id ?? user.Id, user.Id, StringComparison.Ordinal)))
        {
            logger.ProfileHasAnotherNumber(application.Name, user.Number, profile.Number);
            return (Outcome.Failed, user);
        }

        if (profile.Source == Source.Upstream && user is { PasswordIsSetHere: true })
        {
            // Whoever set it, perhaps while the old system was asked, meant that the other one is no longer good.
            return (Outcome.WrongPassword, user);
        }

        var (role, isKnown) = await RoleAsync(db, application, profile);
        if (!isKnown)
        {
            return (Outcome.Failed, user);
        }

        if (user is null)
        {
            user = await MakeAsync(db, application.Realm, profile, role, password);
        }
        else
        {
            await FillAsync(db, user, profile, role);
            await MarkAsync(db, user, profile);
            await KeepPasswordAsync(db, user, found, password, at);
            user = await UserStore.FindByRowAsync(db, user.Key);
        }

        return (user!.Active ? Outcome.Granted : Outcome.Inactive, user);
    }

    /// <summary>The realm where a user or a role may have to be made, and then the user: everywhere in this order.</summary>
    public static async Task LockAsync(DbConnection db, string realm, User? found, Profile profile)
    {
        var bringsRole = profile is not { RoleNumber: null, RoleName: null };
        if (found is null || (bringsRole && (await UserStore.FindRolesAsync(db, realm, profile.RoleNumber, profile.RoleName)).Count == 0))
        {
            await UserStore.LockRealmAsync(db, realm);
        }

        if (found is not null)
        {
            await UserStore.LockAsync(db, found.Key);
        }
    }

    /// <summary>Whoever had a password here, or came from a source before, may have logged in, and clients store the number and the id.</summary>
    private static bool IsKnownToClients(User user) => user.Password is not null || user.AdoptedAt is not null;

    private static bool IsOf(User user, Profile profile) => string.Equals(Names.TryKey(user.Username), Names.TryKey(profile.Username), StringComparison.Ordinal);

    private async Task<User> MakeAsync(DbConnection db, string realm, Profile profile, string? role, StoredPassword? password)
    {
        var number = await users.AddAsync(db, new()
        {
            Realm = realm,
            Username = profile.Username,
            Number = profile.Number,
            Id = profile.Id,
            Email = profile.Email,
            Phone = profile.Phone,
            GivenName = profile.GivenName,
            FamilyName = profile.FamilyName,
            Role = role,
            Password = password,
            Attributes = profile.Attributes,
        });
        var user = await UserStore.FindByNumberAsync(db, realm, number);
        await MarkAsync(db, user, profile);
        return user;
    }

    /// <summary>
    /// A source that goes on being right about its users overwrites what is stored; one that only knew them first fills what is empty.
    /// The number and the id of somebody who cannot have logged in yet were never told to a client: the source's take their place.
    /// </summary>
    private static Task<int> FillAsync(DbConnection db, User user, Profile profile, string? role)
    {
        var email = Pick(user.Email, profile.Email, profile.Refreshes);
        return db.ExecuteAsync(
            """
            UPDATE users SET number = @number, id = @id, email = @email, email_key = @emailKey, phone = @phone, given_name = @givenName, family_name = @familyName, attributes = @attributes,
                   role_key = CASE WHEN @decides THEN (SELECT key FROM roles WHERE realm = @Realm AND name_key = @roleKey)
                                   ELSE coalesce(role_key, (SELECT key FROM roles WHERE realm = @Realm AND name_key = @roleKey)) END
            WHERE key = @Key
            """,
            new
            {
                user.Key,
                user.Realm,
                number = IsKnownToClients(user) ? user.Number : profile.Number ?? user.Number,
                id = IsKnownToClients(user) ? user.Id : profile.Id ?? user.Id,
                email,
                emailKey = email is null ? null : Names.Key(email),
                phone = Pick(user.Phone, profile.Phone, profile.Refreshes),
                givenName = Pick(user.GivenName, profile.GivenName, profile.Refreshes),
                familyName = Pick(user.FamilyName, profile.FamilyName, profile.Refreshes),
                attributes = Merge(user.Attributes, profile.Attributes, profile.Refreshes),
                decides = profile.DecidesRole,
                roleKey = role is null ? null : Names.Key(role),
            });
    }

    /// <summary>
    /// The password that the source found right. It is not kept where somebody set another one while the source was asked: the administrator's word goes
    /// before the old system's, and two logins of one person at once keep the first one's.
    /// </summary>
    private async Task KeepPasswordAsync(DbConnection db, User user, User? found, StoredPassword? password, DateTimeOffset at)
    {
        if (password is null || (found is null ? user.Password is not null : user.PasswordVersion != found.PasswordVersion))
        {
            return;
        }

        if (user.Password is not null)
        {
            // It was changed over there. What was opened with the old one is closed.
            await RevocationStore.RevokeUserAsync(db, user, [.. applications.Table.Applications.Where(a => string.Equals(a.Realm, user.Realm, StringComparison.Ordinal))], at.ToUnixTimeMilliseconds());
        }

        await db.ExecuteAsync(
            "UPDATE users SET password = @Text, password_cost = @Cost, password_version = password_version + 1, password_changed_at = @now, password_set_here = @no WHERE key = @Key",
            new { user.Key, password.Text, password.Cost, now = Now, no = false });
    }

    /// <summary>The first time counts; a directory that knows somebody too does not hide that the old system's users come over.</summary>
    private Task<int> MarkAsync(DbConnection db, User user, Profile profile) => db.ExecuteAsync(
        "UPDATE users SET adopted_at = @now, adopted_from = @source WHERE key = @Key AND (adopted_at IS NULL OR (adopted_from <> 'upstream' AND @source = 'upstream'))",
        new { user.Key, now = Now, source = RecordReader.SpellingOf(profile.Source) });

    /// <summary>
    /// The name of the realm's role that the source means; made where there is none. False: its number or its name is another role's, and a client
    /// that decides by the number what somebody may do would be told a wrong one.
    /// </summary>
    private async Task<(string? Name, bool IsKnown)> RoleAsync(DbConnection db, Application application, Profile profile)
    {
        if (profile is { RoleNumber: null, RoleName: null })
        {
            return (null, true);
        }

        var name = profile.RoleName ?? FormattableString.Invariant($"{profile.RoleNumber}");
        var roles = await UserStore.FindRolesAsync(db, application.Realm, profile.RoleNumber, profile.RoleName);
        var byNumber = profile.RoleNumber is null ? null : roles.FirstOrDefault(r => r.Number == profile.RoleNumber);
        if (byNumber is not null && (profile.RoleName is null || roles.Count == 1 && string.Equals(Names.Key(byNumber.Name), Names.Key(name), StringComparison.Ordinal)))
        {
            return (byNumber.Name, true);
        }

        if (profile.RoleNumber is null && roles is [var byName])
        {
            return (byName.Name, true);
        }

        if (roles.Count > 0)
        {
            logger.RoleIsAnother(application.Name, profile.RoleNumber, profile.RoleName, string.Join(", ", roles.Select(r => FormattableString.Invariant($"{r.Number} \"{r.Name}\""))));
            return (null, false);
        }

        await UserStore.AddRoleAsync(db, application.Realm, name, profile.RoleNumber);
        return (name, true);
    }

    private static string? Pick(string? stored, string? said, bool refreshes) => refreshes ? said ?? stored : stored ?? said;

    private static string? Merge(string? stored, string? said, bool refreshes)
    {
        if (stored is null || said is null)
        {
            return stored ?? said;
        }

        var merged = JsonNode.Parse(stored)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(said)!.AsObject())
        {
            if (refreshes || merged[name] is null)
            {
                merged[name] = value?.DeepClone();
            }
        }

        return Profile.StorableAttributes(merged.ToJsonString()) ?? stored;
    }

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

internal static partial class ProfileLog
{
    [LoggerMessage(EventId = 1231, Level = LogLevel.Error, Message = "{Application}: a login was granted to somebody whose number, id or e-mail address belongs to another user of the realm {Realm}, number {Number}; nobody was made. Mend that user, and the next login goes through")]
    public static partial void ProfileIsAnothers(this ILogger logger, string application, string realm, long number);

    [LoggerMessage(EventId = 1232, Level = LogLevel.Error, Message = "{Application}: the user with number {Number} is granted over there with the number {OtherNumber}, or another id. Clients store both; nobody was let in. Mend the user here or there")]
    public static partial void ProfileHasAnotherNumber(this ILogger logger, string application, long number, long? otherNumber);

    [LoggerMessage(EventId = 1233, Level = LogLevel.Error, Message = "{Application}: a login was granted to somebody with the role {Number} \"{Name}\", and here is: {Known}. Nobody was made; give the role the number and the name that it has over there")]
    public static partial void RoleIsAnother(this ILogger logger, string application, long? number, string? name, string known);
}
