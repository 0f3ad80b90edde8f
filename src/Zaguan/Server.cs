using System.Data.Common;
using Microsoft.Extensions.Logging.Console;
using Zaguan.AccessLog;
using Zaguan.Account;
using Zaguan.Admin;
using Zaguan.Admin.AccessPages;
using Zaguan.Admin.AdministratorPages;
using Zaguan.Admin.Api;
using Zaguan.Admin.ApplicationPages;
using Zaguan.Admin.Entering;
using Zaguan.Admin.ImportPages;
using Zaguan.Admin.KeyPages;
using Zaguan.Admin.Overviews;
using Zaguan.Admin.UserPages;
using Zaguan.Applications;
using Zaguan.BackEnds;
using Zaguan.Budgets;
using Zaguan.Login;
using Zaguan.OneTimeCodes;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Reading;
using Zaguan.Sources;
using Zaguan.Sources.Ldap;
using Zaguan.Storage;
using Zaguan.Tokens;
using Zaguan.Tokens.Keys;
using Zaguan.Users;
using Zaguan.Users.Import;

namespace Zaguan;

/// <summary>Puts the house together: one line per feature, in start-up order.</summary>
internal static class Server
{
    /// <summary>Longer than a login that waits for its charge, then for its source, then for its hash, then for the database.</summary>
    private static readonly TimeSpan ShutdownTimeout = BudgetGuard.LongestWait + SourceCompiler.LongestDeadline + BudgetStore.LongestVerification + TimeSpan.FromSeconds(10);

    /// <param name="furnish">What a test puts in last, a log of its own for one.</param>
    /// <exception cref="ProblemsException">What is written down cannot be used.</exception>
    /// <exception cref="DatabaseUnavailableException">The database cannot be opened.</exception>
    public static async Task<WebApplication> BuildAsync(Setup setup, TimeProvider clock, Action<WebApplicationBuilder>? furnish = null)
    {
        if (setup.Problems.Count > 0)
        {
            throw new ProblemsException(setup.Problems);
        }

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = setup.IsDevelopment ? Environments.Development : Environments.Production,
        });
        // While this thread puts the rest together.
        var opening = Task.Run(() => Database.Open(setup.Database, clock, db => Admit(db, setup, clock)));
        builder.Configuration.Sources.Clear();
        builder.Configuration.AddConfiguration(setup.Configuration);
        // ASPNETCORE_FORWARDEDHEADERS_ENABLED would believe every stranger; Network:TrustedProxies says whom.
        builder.Configuration["ForwardedHeaders_Enabled"] = "false";
        builder.WebHost.UseUrls([.. Listening.Addresses(setup.Configuration).Select(a => a.Url)]).ConfigureKestrel(ConfigureKestrel)
            .ConfigureKestrel(k => ServerCertificate.FollowFiles(k, setup.Configuration, AppContext.BaseDirectory, clock));
        ConfigureLogging(builder.Logging, setup);

        var services = builder.Services;
        services.Configure<HostOptions>(h => h.ShutdownTimeout = ShutdownTimeout);
        services.AddCors().AddHsts(o => o.MaxAge = TimeSpan.FromDays(365));
        services.AddSingleton(setup).AddSingleton(clock);
        services.AddSingleton<RecentSteps>().AddSingleton<Telemetry>().AddHostedService<TelemetryExport>();
        services.AddSingleton<RunningApplications>().AddSingleton<ContractWatch>().AddHostedService(s => s.GetRequiredService<ContractWatch>());
        services.AddSingleton<UserStore>();
        services.AddSingleton(setup.Settings.Budgets).AddSingleton<BudgetStore>().AddSingleton<BudgetGuard>().AddSingleton(new ServerSideCallers(setup.ServerSideCallers));
        services.AddSingleton(setup.Settings.Hashing).AddSingleton<HashGate>();
        services.AddSingleton<HashCosts>().AddHostedService(s => s.GetRequiredService<HashCosts>());
        services.AddSingleton<LocalSource>().AddSingleton<LdapSource>().AddSingleton<UpstreamSource>().AddSingleton<PasswordSources>().AddSingleton<ProfileStore>();
        services.AddSingleton(setup.Settings.AccessLog).AddSingleton<AccessLogStore>().AddSingleton<AccessLogSearch>();
        services.AddSingleton<SessionStore>().AddSingleton<RevocationStore>();
        services.AddSingleton<Revocations>().AddHostedService(s => s.GetRequiredService<Revocations>());
        services.AddSingleton<KeyStore>().AddSingleton<SigningKeys>().AddHostedService<KeyWatch>();
        services.AddSingleton<Identities>();
        services.AddSingleton<BackEndStore>().AddSingleton<BackEndDoor>().AddSingleton<IntrospectionEndpoint>().AddSingleton<RevocationEndpoint>().AddSingleton<RevocationFeedEndpoint>().AddSingleton<VerifyEndpoint>().AddSingleton<LogoutEndpoint>();
        services.AddSingleton<SealedSecrets>().AddSingleton<UserSecondFactors>();
        services.AddSingleton<LoginWitness>().AddSingleton<Attempts>().AddSingleton<LoginEndpoint>();
        services.AddSingleton<AdminStore>().AddSingleton<AdminSessions>().AddSingleton<SecondFactor>().AddSingleton<AuditLog>();
        services.AddSingleton<ConsoleDoor>().AddSingleton<EnterEndpoint>().AddSingleton<BeginEndpoint>().AddSingleton<TryOut>();
        services.AddSingleton<AccessExport>();
        services.AddSingleton<OverviewStore>().AddSingleton<Census>().AddSingleton<LoginCounter>().AddHostedService(s => s.GetRequiredService<LoginCounter>());
        services.AddSingleton(setup.Settings.Import).AddSingleton<ImportStore>().AddSingleton<ImportDesk>().AddHostedService(s => s.GetRequiredService<ImportDesk>());
        services.AddSingleton<UserSearch>().AddSingleton<UserChanges>().AddSingleton<UserEditing>().AddSingleton<UserPasswords>();
        services.AddSingleton<KeyChanges>().AddSingleton<AdministratorChanges>();
        services.AddSingleton<ApiKeyStore>().AddSingleton<ApiKeyChanges>().AddSingleton<ApiDoor>();
        services.AddSingleton(setup.Settings.Passwords).AddSingleton<PasswordLinks>().AddSingleton<PasswordSetting>().AddSingleton<AccountSessions>().AddSingleton<SignIn>().AddSingleton<PasswordChange>().AddSingleton<OwnSecondFactor>();
        services.AddSingleton<Readiness>().AddHostedService<Housekeeping>().AddHostedService<NodeNews>();

        var database = await opening;
        services.AddSingleton(_ => database);
        furnish?.Invoke(builder);
        var app = builder.Build();
        database.Gather = app.Services.GetRequiredService<HashGate>().LetGather;
        if (setup.IsDevelopment)
        {
            await Demo.SeedAsync(database, app.Services.GetRequiredService<UserStore>(), setup.Settings.Hashing);
        }

        ComposePipeline(app, setup);
        return app;
    }

    private static void ConfigureKestrel(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // An old system's headers are handed on as they came; none of ours has a letter beyond ASCII.
        kestrel.ResponseHeaderEncodingSelector = static _ => System.Text.Encoding.Latin1;
        // What a login reads is bounded more tightly (RequestReader); this is the fence behind it.
        kestrel.Limits.MaxRequestBodySize = 4 * RequestReader.LargestBody;
        // What a client sends behind a login that still waits is not kept for it.
        kestrel.Limits.MaxRequestBufferSize = 4 * RequestReader.LargestBody;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
    }

    private static void ConfigureLogging(ILoggingBuilder logging, Setup setup)
    {
        logging.ClearProviders();
        if (setup.IsDevelopment)
        {
            logging.AddSimpleConsole(c => c.SingleLine = true);
        }
        else
        {
            logging.AddJsonConsole(c =>
            {
                c.IncludeScopes = true;
                // Lines of several nodes fall into one order.
                c.UseUtcTimestamp = true;
                c.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
            }).Services.AddSingleton<IExternalScopeProvider>(new NodeInLog(setup.Node));
        }

        logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        // A start that fails is said in one sentence (Listening.StartAsync), not in stack traces.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // A terminal that nobody reads, or a full pipe, costs lines of the log and no login.
        logging.Services.Configure<ConsoleLoggerOptions>(c => c.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
    }

    /// <summary>What a database must be before it serves: at the start, and when a backup takes its place.</summary>
    private static void Admit(DbConnection db, Setup setup, TimeProvider clock)
    {
        if (!setup.IsDevelopment && Demo.IsIn(db))
        {
            throw new DatabaseUnavailableException($"The database {setup.Database} holds the demo users, whose passwords everybody knows. Use another one outside Development ({setup.Database.Setting}).");
        }

        UserStore.AddRealms(db, setup.Applications.Applications.Select(a => a.Realm).Distinct(StringComparer.Ordinal));
        BudgetStore.ApplyRules(db, setup.Settings.Budgets);
        AccessLogPartitions.KeepAhead(db, clock.GetUtcNow());
    }

    private static void ComposePipeline(WebApplication app, Setup setup)
    {
        app.UseTrustedProxies(setup.TrustedProxies);
        if (!setup.IsDevelopment)
        {
            app.UseHsts();
        }

        app.UseSecurityHeaders();
        app.UseLogins();
        app.MapHealth();
        app.MapKeys();
        app.MapBackEnds();
        app.MapConsole();
        app.MapApi();
    }
}
