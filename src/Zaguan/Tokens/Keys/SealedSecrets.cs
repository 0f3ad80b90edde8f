using System.Security.Cryptography;
using Dapper;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Storage;

namespace Zaguan.Tokens.Keys;

/// <summary>Secrets that the database keeps encrypted under the master key, each for one purpose: what was sealed for another opens nothing.</summary>
internal sealed class SealedSecrets(Setup setup, Database database)
{
    private string? decoy;

    /// <summary>As the database keeps it. A master key is made where nothing was ever encrypted under one.</summary>
    /// <exception cref="Reading.ProblemsException">The master key cannot be used, or is missing.</exception>
    public async Task<string> SealAsync(Secret secret, string purpose)
    {
        using var master = MasterKey.Read(setup.MasterKeyFile)
            ?? (await AnythingIsSealedAsync() ? throw MasterKey.Unusable(setup.MasterKeyFile, SigningKeys.Missing) : MasterKey.Make(setup.MasterKeyFile));
        return master.Seal(secret.Reveal(), purpose);
    }

    /// <param name="unopened">What to say where it is another master key.</param>
    /// <exception cref="Reading.ProblemsException">The master key cannot be used, or is not the one that sealed it.</exception>
    public Secret Open(string sealedSecret, string purpose, string unopened)
    {
        using var master = MasterKey.Read(setup.MasterKeyFile);
        return master?.Open(sealedSecret, purpose) ?? throw MasterKey.Unusable(setup.MasterKeyFile, unopened);
    }

    /// <summary>Opens what is nobody's, as long as somebody's takes. Null: there is no master key, and so nobody's secret.</summary>
    public Secret? OpenDecoy()
    {
        const string Purpose = "zaguan decoy";
        try
        {
            using var master = MasterKey.Read(setup.MasterKeyFile);
            return master is null ? null : master.Open(decoy ??= master.Seal(RandomNumberGenerator.GetBytes(20), Purpose), Purpose);
        }
        catch (Reading.ProblemsException)
        {
            // Whoever has one hears of it; this one only passes the time.
            return null;
        }
    }

    private Task<bool> AnythingIsSealedAsync() => database.ReadAsync(db => db.ExecuteScalarAsync<bool>(
        """
        SELECT EXISTS (SELECT 1 FROM signing_keys) OR EXISTS (SELECT 1 FROM admins WHERE code_secret IS NOT NULL)
            OR EXISTS (SELECT 1 FROM admin_sessions WHERE pending_code_secret IS NOT NULL) OR EXISTS (SELECT 1 FROM users WHERE code_secret IS NOT NULL)
            OR EXISTS (SELECT 1 FROM account_sessions WHERE pending_code_secret IS NOT NULL)
        """));
}
