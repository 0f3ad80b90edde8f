using System.Globalization;

namespace Zaguan.Benchmarks.House;

/// <summary>What a team would use instead of Zaguan, each in its usual production form with its default hash, and Zaguan.</summary>
internal static class LoginPeers
{
    /// <summary>A user each for as many connections: of one account, few guesses are verified at a time.</summary>
    public const int MostConnections = 256;

    public static string NameOf(int connection) => string.Create(CultureInfo.InvariantCulture, $"persona{connection}");

    /// <summary>Where the script put the packages of the others; without it Zaguan and ASP.NET Core Identity are alone.</summary>
    private static string? Folder => Environment.GetEnvironmentVariable("ZAGUAN_PEERS");

    /// <summary>Every one that can be started here, Zaguan first.</summary>
    public static IEnumerable<LoginPeer> Of(BenchmarkHouse house)
    {
        yield return new(
            "Zaguan", "Argon2id, 19 MiB, t=2", () => ServerProcess.StartAsync(house), connection => LoginConnection.Request(NameOf(connection), BenchmarkHouse.Password));
        yield return new(
            "ASP.NET Core Identity", "PBKDF2-SHA512, 100,000", () => StartAsync([Environment.ProcessPath!, IdentityPeer.Argument]),
            connection => LoginConnection.Post(IdentityPeer.LoginPath, $$"""{"email":"{{IdentityPeer.NameOf(connection)}}","password":"{{BenchmarkHouse.Password}}"}"""));
        if (Folder is not { } folder)
        {
            yield break;
        }

        var cores = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        yield return new(
            "Express, jsonwebtoken", "bcrypt, 10", () => StartAsync(["node", Path.Combine(folder, "login_express.cjs")]), _ => LoginConnection.Request("usuario", BenchmarkHouse.Password));
        yield return new(
            "Flask, gunicorn", "Werkzeug's scrypt",
            () => StartAsync(["/usr/bin/python3", "-m", "gunicorn", "--chdir", folder, "--bind", "127.0.0.1:0", "--workers", cores, "--worker-class", "gthread", "--threads", "128", "--keep-alive", "600", "--timeout", "600", "login_flask:app"]),
            _ => LoginConnection.Post("/api/v1/auth/login", $$"""{"username":"usuario","password":"{{BenchmarkHouse.Password}}"}"""));
        yield return new(
            "better-auth", "scrypt", () => StartAsync(["node", Path.Combine(folder, "login_better_auth.mjs")]),
            _ => LoginConnection.Post("/api/auth/sign-in/email", $$"""{"email":"usuario@example.com","password":"{{BenchmarkHouse.Password}}"}"""));
    }

    private static Task<ListeningProcess> StartAsync(IReadOnlyList<string> command) => ListeningProcess.StartAsync(command, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        // As the template has it; this program's own projects say otherwise.
        ["DOTNET_gcServer"] = "1",
        ["NODE_ENV"] = "production",
        ["BENCHMARK_SECRET"] = BenchmarkToken.Secret,
        ["BENCHMARK_PASSWORD"] = BenchmarkHouse.Password,
    });
}

/// <param name="Hash">What it makes of a password, unless told otherwise.</param>
/// <param name="Request">A login that is granted, for the connection of that number.</param>
internal sealed record LoginPeer(string Name, string Hash, Func<Task<ListeningProcess>> StartAsync, Func<int, byte[]> Request);
