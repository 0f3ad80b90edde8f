using System.Security.Cryptography;
using System.Text;
using Zaguan.Admin;
using Zaguan.Users;

namespace Zaguan.Budgets;

/// <summary>What names an account in the table of budgets.</summary>
internal static class Accounts
{
    /// <summary>Name and e-mail address of one user share one budget, so it is the user's key.</summary>
    public static string Of(User user) => $"user:{user.Key}";

    public static string Of(Administrator admin) => $"admin:{admin.Key}";

    /// <summary>An identifier that nobody has is guessed at under a budget too. Hashed, because strangers choose its length and its letters.</summary>
    /// <param name="key">As it is compared, or as it was sent where it cannot be anybody's name.</param>
    public static string OfUnknown(string realm, string key)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{realm}\n{key}"));
        return $"unknown:{Convert.ToHexStringLower(hash.AsSpan(0, 16))}";
    }
}
