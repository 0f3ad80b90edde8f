using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Zaguan.AccessLog;
using Zaguan.Admin;
using Zaguan.Admin.Api;
using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Sources;
using Zaguan.Storage;
using Zaguan.Tokens;
using Zaguan.Tokens.Keys;
using Zaguan.Users;
using Zaguan.Users.Export;
using Zaguan.Users.Import;

namespace Zaguan.Commands;

/// <summary>Where a command works on the data: the stores of the configured database, beside a server that may be running on it.</summary>
internal sealed class Desk(Terminal terminal, Setup setup, Database database)
{
    /// <summary>Somebody sits there and waits; a look through the whole access log takes its time.</summary>
    private static readonly TimeSpan LongestStatement = TimeSpan.FromMinutes(10);

    public Terminal Terminal => terminal;

    public Setup Setup => setup;

    public UserStore Users { get; } = new(database, terminal.Clock);

    public BudgetStore Budgets { get; } = new(database, terminal.Clock);

    public AccessLogStore AccessLog { get; } = new(database);

    public AdminStore Admins { get; } = new(database, terminal.Clock);

    public ApiKeyStore ApiKeys { get; } = new(database, terminal.Clock);

    public SessionStore Sessions { get; } = new(database, terminal.Clock);

    public RevocationStore Revocations { get; } = new(database, terminal.Clock);

    public SigningKeys Keys { get; } = new(new(database), setup, terminal.Clock);

    public UserSecondFactors SecondFactors { get; } = new(database, new(setup, database), NullLogger<UserSecondFactors>.Instance);

    public BackEndStore BackEnds { get; } = new(database, terminal.Clock);

    /// <summary>Those that are configured well enough to run.</summary>
    public IReadOnlyList<Application> Applications => setup.Applications.Applications;

    /// <summary>What is recorded of a change: whoever sits at the machine is nobody in particular.</summary>
    public AuditEntry Audit(string action, string what, object? before = null, object? after = null) => AuditEntry.OfCommandLine(terminal.Clock.GetUtcNow(), action, what, before, after);

    /// <summary>
    /// Says so where an application of the realm is configured that nobody can read: then it is not known which claim of its tokens names
    /// a user, and those of the old system are not revoked.
    /// </summary>
    public async Task<int> TellOfUnknownTokensAsync(string realm)
    {
        var unknown = setup.Settings.Applications.Where(a => string.Equals(a.Value.Realm ?? a.Key, realm, StringComparison.Ordinal)).Select(a => a.Key)
            .Except(Applications.Select(a => a.Name), StringComparer.Ordinal).ToList();
        foreach (var application in unknown)
        {
            await terminal.Error.WriteLineAsync($"The application \"{application}\" cannot be read (zaguan doctor says why), so tokens that its old system issued may still be good. When it can, revoke the user's: zaguan sessions revoke --user.");
        }

        return unknown.Count == 0 ? ExitCode.Done : ExitCode.Problems;
    }

    public MigrationStore Migration { get; } = new(database);

    public ImportStore Imports { get; } = new(database, terminal.Clock);

    public ExportStore Exports { get; } = new(database);

    public StoredPassword Hash(Secret password)
    {
        using var hasher = new PasswordHasher(setup.Settings.Hashing.Cost);
        return hasher.Create(password);
    }

    /// <summary>Opens the database and works. A broken contract or application does not stop it: users must be unlocked all the same.</summary>
    /// <param name="makesDatabase">Where there is none, one is made as soon as something is written. A command that is refused makes nothing.</param>
    public static async Task<int> WorkAsync(ParseResult parsed, Terminal terminal, Func<Desk, Task<int>> work, bool makesDatabase = false)
    {
        if (await Settings.LookAsync(parsed, terminal) is not { } setup)
        {
            return ExitCode.Problems;
        }

        if (setup.Database.ConnectionString is null && !File.Exists(setup.Database.File))
        {
            return makesDatabase ? await WorkOnNothingAsync(terminal, setup, work) : await terminal.RefuseAsync($"There is no database {setup.Database.File}. The server makes it when it first starts, and so do \"zaguan users add\" and \"zaguan roles add\". If there should be one: \"DataFolder\" in the configuration says where, relative to the directory that you are in ({Environment.CurrentDirectory}).");
        }

        await using var database = Database.Open(setup.Database with { Patience = LongestStatement }, terminal.Clock);
        return await work(new(terminal, setup, database));
    }

    private static async Task<int> WorkOnNothingAsync(Terminal terminal, Setup setup, Func<Desk, Task<int>> work)
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-");
        try
        {
            await using var database = SqliteDatabase.OpenUnmade(setup.Database.File, Path.Combine(folder.FullName, "zaguan.db"), terminal.Clock);
            return await work(new(terminal, setup, database));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>What is wrong with the name of a realm; null where there is such a realm, in the database or by configuration.</summary>
    public async Task<string?> RealmObjectionAsync(string realm) => RealmObjection(realm, await KnownRealmsAsync());

    public async Task<IReadOnlyList<string>> KnownRealmsAsync() =>
        [.. (await Users.ListRealmsAsync()).Union(ConfiguredRealms, StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public static string? RealmObjection(string realm, IReadOnlyList<string> known)
    {
        if (known.Contains(realm, StringComparer.Ordinal))
        {
            return null;
        }

        return known.Count == 0
            ? $"There is no realm \"{realm}\", nor any other: a realm comes with the application that the configuration names (\"Applications\")."
            : $"There is no realm \"{realm}\" (known: {string.Join(", ", known)}).{Nearest.Suggestion(realm, known)} A new one comes with the application that the configuration names (\"Applications\").";
    }

    /// <summary>Also of applications that do not start, as long as their realm has a name.</summary>
    private IEnumerable<string> ConfiguredRealms => setup.Settings.Applications.Select(a => a.Value.Realm ?? a.Key).Where(SmallName.Is);
}
