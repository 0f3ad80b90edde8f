using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Zaguan.Benchmarks.House;

/// <summary>
/// ASP.NET Core Identity's API endpoints with their default hasher, on Entity Framework and PostgreSQL, as its documentation builds them; the benchmark starts itself as this. Its lock-out is as
/// wide as Zaguan's budgets are here, so that it hashes as many guesses.
/// </summary>
internal static class IdentityPeer
{
    public const string Argument = "identity-peer";
    public const string LoginPath = "/login";
    public const string GuardedPath = "/api/guarded";

    /// <summary>The environment variable that names its database.</summary>
    public const string ConnectionString = "IDENTITY_DATABASE";

    private const int Users = 1_000;

    public static string NameOf(int number) => $"usuario{number}@example.com";

    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Error);
        builder.Services.AddAuthorization();
        builder.Services.AddDbContextPool<IdentityDbContext>(o => o.UseNpgsql(builder.Configuration[ConnectionString]));
        builder.Services.AddIdentityApiEndpoints<IdentityUser>(o => o.Lockout.MaxFailedAccessAttempts = int.MaxValue).AddEntityFrameworkStores<IdentityDbContext>();
        var app = builder.Build();
        app.MapIdentityApi<IdentityUser>();
        app.MapGet(GuardedPath, () => "ok").RequireAuthorization();
        await AddUsersAsync(app.Services);
        await app.RunAsync();
    }

    /// <summary>Unless they are there: it is started more than once.</summary>
    private static async Task AddUsersAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<IdentityDbContext>();
        if (!await database.Database.EnsureCreatedAsync())
        {
            return;
        }

        var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
        // One hash for all: hashing each would take a minute, and verifying costs the same whoever's it is.
        var hash = users.PasswordHasher.HashPassword(new(), BenchmarkHouse.Password);
        database.Users.AddRange(Enumerable.Range(0, Users).Select(NameOf).Select(name => new IdentityUser(name)
        {
            PasswordHash = hash,
            Email = name,
            NormalizedUserName = users.NormalizeName(name),
            NormalizedEmail = users.NormalizeEmail(name),
            LockoutEnabled = true,
            SecurityStamp = Guid.NewGuid().ToString(),
        }));
        await database.SaveChangesAsync();
    }
}
