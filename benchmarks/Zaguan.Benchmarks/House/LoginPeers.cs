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
            "Zaguan", "Argon2id, 19 MiB, t=2", () => ServerProcess.StartAsync(house), (user, password) => LoginConnection.Request(NameOf(user), password),
            "token", $"/zaguan/verify?application={BenchmarkHouse.Realm}");
        yield return new(
            "ASP.NET Core Identity", "PBKDF2-SHA512, 100,000",
            async () => await StartAsync([Environment.ProcessPath!, IdentityPeer.Argument], await BenchmarkDatabase.OfPeerAsync("identity")),
            (user, password) => LoginConnection.Post(IdentityPeer.LoginPath, $$"""{"email":"{{IdentityPeer.NameOf(user)}}","password":"{{password}}"}"""),
            "accessToken", IdentityPeer.GuardedPath);
        if (Folder is not { } folder)
        {
            yield break;
        }

        var cores = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture);
        yield return new(
            "Express, jsonwebtoken", "bcrypt, 10", () => StartAsync(["node", Path.Combine(folder, "login_express.cjs")]), (_, password) => LoginConnection.Request("usuario", password),
            "token", "/api/guarded");
        yield return new(
            "Flask, gunicorn", "Werkzeug's scrypt",
            () => StartAsync(["/usr/bin/python3", "-m", "gunicorn", "--chdir", folder, "--bind", "127.0.0.1:0", "--workers", cores, "--worker-class", "gthread", "--threads", "160", "--keep-alive", "600", "--timeout", "600", "login_flask:app"]),
            (_, password) => LoginConnection.Post("/api/v1/auth/login", $$"""{"username":"usuario","password":"{{password}}"}"""),
            "token", "/api/guarded");
        yield return new(
            "better-auth", "scrypt", () => StartAsync(["node", Path.Combine(folder, "login_better_auth.mjs")]),
            (_, password) => LoginConnection.Post("/api/auth/sign-in/email", $$"""{"email":"usuario@example.com","password":"{{password}}"}"""),
            "token", "/api/auth/get-session");
    }

    private static Task<ListeningProcess> StartAsync(IReadOnlyList<string> command, string database = "") => ListeningProcess.StartAsync(command, new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        // As the template has it; this program's own projects say otherwise.
        ["DOTNET_gcServer"] = "1",
        ["NODE_ENV"] = "production",
        [IdentityPeer.ConnectionString] = database,
        ["BENCHMARK_SECRET"] = BenchmarkToken.Secret,
        ["BENCHMARK_PASSWORD"] = BenchmarkHouse.Password,
    });
}

/// <param name="Hash">What it makes of a password, unless told otherwise.</param>
/// <param name="Login">A login by the user of that number, with a password: <see cref="BenchmarkHouse.Password"/> is everybody's.</param>
/// <param name="TokenField">Where the token is in the answer to one that is granted.</param>
/// <param name="GuardedPath">What only who has a token gets.</param>
internal sealed record LoginPeer(string Name, string Hash, Func<Task<ListeningProcess>> StartAsync, Func<int, string, byte[]> Login, string TokenField, string GuardedPath)
{
    /// <summary>A login that is granted, for the connection of that number.</summary>
    public byte[] Request(int connection) => Login(connection, BenchmarkHouse.Password);
}
