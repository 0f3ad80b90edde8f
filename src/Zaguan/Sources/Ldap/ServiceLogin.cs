namespace Zaguan.Sources.Ldap;

/// <summary>Logs the service account in. A directory locks accounts that try a wrong password again and again, this one too: refused, it waits.</summary>
internal sealed class ServiceLogin(LdapDirectory directory, TimeProvider clock, ILogger logger)
{
    /// <summary>Three attempts in half an hour are below every usual threshold of a domain.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(10);

    private readonly Lock turn = new();
    private long? refusedAt;

    /// <summary>False: it is not let in, or was not a while ago.</summary>
    /// <exception cref="LdapUnavailableException">No answer.</exception>
    public bool TryBind(LdapLine line, ServiceAccount account, TimeSpan within)
    {
        // One at a time, so that eight threads do not try a wrong password eight times.
        if (!turn.TryEnter(within))
        {
            throw new LdapUnavailableException(line.Server, "it takes too long to let the service account in");
        }

        try
        {
            if (refusedAt is { } at && clock.GetElapsedTime(at) < Wait)
            {
                return false;
            }

            var (refusal, problem) = TryOnce(line, account, within);
            refusedAt = problem is null ? null : clock.GetTimestamp();
            if (problem is not null)
            {
                logger.ServiceAccountRefused(directory.Name, account.Name, refusal?.Code is { } code ? $"{problem} (data {code})" : problem, Wait.TotalMinutes);
            }

            return problem is null;
        }
        finally
        {
            turn.Exit();
        }
    }

    /// <summary>What is wrong, as half a sentence; null: it is in.</summary>
    public static (BindRefusal? Refusal, string? Problem) TryOnce(LdapLine line, ServiceAccount account, TimeSpan within)
    {
        if (ReadPassword(account) is not { Length: > 0 } password)
        {
            return (null, "the file with its password is empty or cannot be read");
        }

        var refusal = line.Bind(account.Name, password, within);
        return (refusal, refusal?.Outcome switch
        {
            null => null,
            Login.Outcome.WrongPassword or Login.Outcome.UnknownUser => "name or password is wrong",
            Login.Outcome.Inactive => "it is disabled, expired, or may not log in now or from here",
            Login.Outcome.LockedAtSource => "it is locked",
            Login.Outcome.PasswordExpired => "its password has expired",
            Login.Outcome.PasswordMustChange => "its password must be changed first",
            _ => "the directory refuses it, and does not say why",
        });
    }

    /// <summary>Read anew each time, so that a changed password needs no restart.</summary>
    private static string? ReadPassword(ServiceAccount account)
    {
        try
        {
            // What ends the line in the file is not the password's.
            return File.ReadAllText(account.PasswordFile).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
