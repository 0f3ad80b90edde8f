using System.DirectoryServices.Protocols;
using System.Net;

namespace Zaguan.Sources.Ldap;

/// <summary>
/// One connection to one server: LDAPS, the certificate verified. Its calls block the thread that makes them, each for a
/// given time at most; it belongs to one thread.
/// </summary>
internal sealed class LdapLine : IDisposable
{
    // [RFC 4511] §4.1.9 and appendix A.
    private const int InvalidCredentials = 49;

    private readonly LdapConnection connection;
    private readonly LdapWire wire;
    private readonly TimeProvider clock;

    private LdapLine(Uri server, string authoritiesFile, TimeSpan connectWithin, TimeProvider clock)
    {
        Server = server;
        this.clock = clock;
        Opened = clock.GetTimestamp();
        wire = new(authoritiesFile);
        connection = LibLdap.Create(server, connectWithin);
        connection.AuthType = AuthType.Basic;
        connection.AutoBind = false;
        connection.SessionOptions.ProtocolVersion = 3;
        connection.SessionOptions.SecureSocketLayer = true;
        // A referral would take the password to a server that nobody has named.
        connection.SessionOptions.ReferralChasing = ReferralChasingOptions.None;
    }

    public Uri Server { get; }

    /// <summary>By the clock's timestamp.</summary>
    public long Opened { get; }

    /// <summary>Connected, and proven to answer.</summary>
    /// <exception cref="LdapUnavailableException">The server cannot be reached, or its certificate is not good.</exception>
    public static LdapLine Open(Uri server, string authoritiesFile, TimeSpan within, TimeProvider clock)
    {
        var line = new LdapLine(server, authoritiesFile, within, clock);
        try
        {
            line.Root(within);
            return line;
        }
        catch (Exception)
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>
    /// What everybody may read of a server ([RFC 4512] §5.1). Asked before each password: then a bind goes onto a connection
    /// that answered a moment ago, and one that is dead is found while there is nothing on it to lose.
    /// </summary>
    public SearchResultEntry Root(TimeSpan within)
    {
        try
        {
            return Search(new("", "(objectClass=*)", SearchScope.Base, "namingContexts"), within) is { Entries.Count: 1 } answer
                ? answer.Entries[0]
                : throw new LdapUnavailableException(Server, "it does not describe itself, as every LDAP server does");
        }
        catch (DirectoryOperationException e)
        {
            // Busy, unavailable, shutting down: another server may not be.
            throw new LdapUnavailableException(Server, $"it refuses to describe itself: {e.Message}", e);
        }
    }

    /// <exception cref="LdapUnavailableException">No answer.</exception>
    /// <exception cref="DirectoryOperationException">The server refuses the search.</exception>
    public SearchResponse Search(SearchRequest request, TimeSpan within) =>
        // The library counts whole seconds and cuts the rest off: what is less than one would be no time at all. The wire is cut when the time is really up.
        Within(within, () => (SearchResponse)connection.SendRequest(request, TimeSpan.FromSeconds(Math.Max(1, Math.Ceiling(within.TotalSeconds)))));

    /// <summary>Sends the password. Null: it is right. Whatever else comes, it has been sent.</summary>
    /// <exception cref="LdapUnavailableException">No answer: nobody knows whether the password is right.</exception>
    public BindRefusal? Bind(string name, string password, TimeSpan within)
    {
        // An empty name or an empty password makes it an anonymous bind, which succeeds ([RFC 4513] §5.1).
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(password);
        try
        {
            return Within<BindRefusal?>(within, () =>
            {
                connection.Bind(new NetworkCredential(name, password));
                return null;
            });
        }
        catch (LdapUnavailableException e) when (e.InnerException is LdapException { ErrorCode: InvalidCredentials } refused)
        {
            return BindRefusal.Of(refused.ServerErrorMessage);
        }
        catch (DirectoryOperationException)
        {
            return BindRefusal.NotUnderstood;
        }
    }

    public void Dispose()
    {
        connection.Dispose();
        wire.Dispose();
    }

    private T Within<T>(TimeSpan within, Func<T> call)
    {
        if (within <= TimeSpan.Zero)
        {
            throw new LdapUnavailableException(Server, "no time is left to ask it");
        }

        using var limit = clock.CreateTimer(w => ((LdapWire)w!).Cut(), wire, within, Timeout.InfiniteTimeSpan);
        try
        {
            return LibLdap.Connecting(wire, call);
        }
        catch (LdapException e)
        {
            throw new LdapUnavailableException(Server, e.Message, e);
        }
    }
}

/// <summary>A server of a directory cannot be asked. The message is half a sentence: why.</summary>
internal sealed class LdapUnavailableException(Uri server, string why, Exception? inner = null) : Exception(why, inner)
{
    public Uri Server => server;
}
