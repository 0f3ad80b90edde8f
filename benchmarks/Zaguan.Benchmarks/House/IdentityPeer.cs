using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Zaguan.Benchmarks.House;

/// <summary>
/// The peer of the flood: ASP.NET Core Identity with its default hasher and the services of its API endpoints; the benchmark starts itself as this. Its users
/// are in memory, which costs it nothing; its lock-out is as wide as Zaguan's budgets are here, so that it hashes as many guesses.
/// </summary>
internal static class IdentityPeer
{
    public const string Argument = "identity-peer";
    public const string LoginPath = "/login";
    public const string GuardedPath = "/api/guarded";
    public const int Users = 1_000;

    public static string NameOf(int number) => $"usuario{number}@example.com";

    public static async Task RunAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Services.AddAuthorization();
        builder.Services.AddIdentityApiEndpoints<IdentityUser>(o => o.Lockout.MaxFailedAccessAttempts = int.MaxValue).AddUserStore<Store>();
        builder.Services.AddSingleton<IUserStore<IdentityUser>, Store>();
        var app = builder.Build();
        app.MapPost(LoginPath, Login);
        app.MapGet(GuardedPath, () => "ok").RequireAuthorization();
        await AddUsersAsync(app.Services);
        await app.RunAsync();
    }

    /// <summary>What MapIdentityApi maps there, without its second factors and cookies; the other endpoints ask for a store of e-mail addresses, and none of them is measured.</summary>
    private static async Task<Microsoft.AspNetCore.Http.IResult> Login(Credentials credentials, SignInManager<IdentityUser> signIn)
    {
        signIn.AuthenticationScheme = IdentityConstants.BearerScheme;
        var result = await signIn.PasswordSignInAsync(credentials.Email, credentials.Password, isPersistent: false, lockoutOnFailure: true);
        return result.Succeeded ? Microsoft.AspNetCore.Http.Results.Empty : Microsoft.AspNetCore.Http.Results.Problem(result.ToString(), statusCode: 401);
    }

    private static async Task AddUsersAsync(IServiceProvider services)
    {
        using var scope = services.CreateScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<IdentityUser>>();
        // One hash for all: hashing each would take a minute, and verifying costs the same whoever's it is.
        var hash = users.PasswordHasher.HashPassword(new(), BenchmarkHouse.Password);
        for (var i = 0; i < Users; i++)
        {
            await users.CreateAsync(new(NameOf(i)) { PasswordHash = hash, Email = NameOf(i), LockoutEnabled = true });
        }
    }

    private sealed record Credentials(string Email, string Password);

    private sealed class Store : IUserPasswordStore<IdentityUser>, IUserLockoutStore<IdentityUser>, IUserSecurityStampStore<IdentityUser>
    {
        private readonly ConcurrentDictionary<string, IdentityUser> byName = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, IdentityUser> byId = new(StringComparer.Ordinal);

        public Task<IdentityResult> CreateAsync(IdentityUser user, CancellationToken cancellationToken)
        {
            byName[user.NormalizedUserName!] = byId[user.Id] = user;
            return Task.FromResult(IdentityResult.Success);
        }

        public Task<IdentityResult> UpdateAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(IdentityResult.Success);

        public Task<IdentityResult> DeleteAsync(IdentityUser user, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IdentityUser?> FindByIdAsync(string userId, CancellationToken cancellationToken) => Task.FromResult(byId.GetValueOrDefault(userId));

        public Task<IdentityUser?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => Task.FromResult(byName.GetValueOrDefault(normalizedUserName));

        public Task<string> GetUserIdAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

        public Task<string?> GetUserNameAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.UserName);

        public Task<string?> GetNormalizedUserNameAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.NormalizedUserName);

        public Task<string?> GetPasswordHashAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash);

        public Task<bool> HasPasswordAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.PasswordHash is not null);

        public Task<string?> GetSecurityStampAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.SecurityStamp);

        public Task<int> GetAccessFailedCountAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.AccessFailedCount);

        public Task<bool> GetLockoutEnabledAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.LockoutEnabled);

        public Task<DateTimeOffset?> GetLockoutEndDateAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(user.LockoutEnd);

        public Task<int> IncrementAccessFailedCountAsync(IdentityUser user, CancellationToken cancellationToken) => Task.FromResult(++user.AccessFailedCount);

        public Task ResetAccessFailedCountAsync(IdentityUser user, CancellationToken cancellationToken) => Done(user.AccessFailedCount = 0);

        public Task SetLockoutEnabledAsync(IdentityUser user, bool enabled, CancellationToken cancellationToken) => Done(user.LockoutEnabled = enabled);

        public Task SetLockoutEndDateAsync(IdentityUser user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken) => Done(user.LockoutEnd = lockoutEnd);

        public Task SetNormalizedUserNameAsync(IdentityUser user, string? normalizedName, CancellationToken cancellationToken) => Done(user.NormalizedUserName = normalizedName);

        public Task SetPasswordHashAsync(IdentityUser user, string? passwordHash, CancellationToken cancellationToken) => Done(user.PasswordHash = passwordHash);

        public Task SetSecurityStampAsync(IdentityUser user, string stamp, CancellationToken cancellationToken) => Done(user.SecurityStamp = stamp);

        public Task SetUserNameAsync(IdentityUser user, string? userName, CancellationToken cancellationToken) => Done(user.UserName = userName);

        public void Dispose()
        {
        }

        private static Task Done(object? set) => Task.CompletedTask;
    }
}
