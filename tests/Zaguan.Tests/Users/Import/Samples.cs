using System.Globalization;
using System.Security.Cryptography;
using Dapper;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Tests.Commands;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Users.Import;

/// <summary>Hashes as other systems keep them, and what an import made of them.</summary>
internal static class Samples
{
    /// <summary>A strong hash that no password has; reading it costs nothing.</summary>
    public static string Strong(int i = 0) => string.Create(CultureInfo.InvariantCulture, $"$pbkdf2-sha512$i=210000$c2FsdHNhbHRzYWx0$A{i:00000000}{new string('A', 77)}");

    /// <summary>A hash of the password that is guessed too fast.</summary>
    public static string Weak(string password)
    {
        var salt = "sal de mar"u8.ToArray();
        return $"$pbkdf2-sha256$i=1000${Base64(salt)}${Base64(Rfc2898DeriveBytes.Pbkdf2(password, salt, 1000, HashAlgorithmName.SHA256, 32))}";
    }

    public static string Base64(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    public static bool Verifies(string password, string? stored)
    {
        using var hasher = new PasswordHasher(Argon2Cost.Recommended);
        using var typed = Secret.FromText(password);
        return hasher.Verify(typed, stored).IsRight;
    }

    /// <summary>What the database answers.</summary>
    public static async Task<T?> AskAsync<T>(this CommandFolder folder, string sql)
    {
        _ = SqliteLibrary.Version;
        await using var connection = await TestDatabase.ConnectAsync(folder.Folder);
        return await connection.ExecuteScalarAsync<T>(sql);
    }

    /// <summary>The rows of an answer of one column, one behind the other.</summary>
    public static async Task<string> ListAsync(this CommandFolder folder, string sql, string separator = ",")
    {
        await using var connection = await TestDatabase.ConnectAsync(folder.Folder);
        return string.Join(separator, await connection.QueryAsync<string>(sql));
    }

    /// <summary>With everything that came with the import and nothing that is made new each time.</summary>
    public static Task<string> ContentAsync(this CommandFolder folder) => folder.ListAsync(
        "SELECT u.realm || u.number || u.username || coalesce(u.email, '') || coalesce(u.password, '') || coalesce(r.name, '') || CASE WHEN u.active THEN '1' ELSE '0' END FROM users u LEFT JOIN roles r ON r.key = u.role_key ORDER BY u.key", "\n");
}
