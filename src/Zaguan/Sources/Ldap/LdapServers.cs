using System.Collections.Concurrent;

namespace Zaguan.Sources.Ldap;

/// <summary>The servers of a directory, and which of them failed a moment ago.</summary>
internal sealed class LdapServers(LdapDirectory directory, TimeProvider clock, ILogger logger)
{
    /// <summary>Long enough that a dead server costs few logins their time, short enough that it is missed for no longer than it takes to restart.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Uri, long> failedAt = new();

    /// <summary>A line to the first that answers. Those that failed a moment ago come last, and are tried all the same: it may be all of them.</summary>
    /// <exception cref="LdapUnavailableException">None answers.</exception>
    public LdapLine Open(Func<TimeSpan> remaining)
    {
        var servers = directory.Servers.OrderBy(IsResting).ToList();
        for (var i = 0; ; i++)
        {
            try
            {
                // Each gets its share of the time, and one more is left for the login itself.
                var line = LdapLine.Open(servers[i], directory.AuthoritiesFile, remaining() / (servers.Count - i + 1), clock);
                failedAt.TryRemove(servers[i], out _);
                return line;
            }
            catch (LdapUnavailableException e)
            {
                Failed(e);
                if (i == servers.Count - 1)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Asked last for a while.</summary>
    public void Failed(LdapUnavailableException fault)
    {
        var wasResting = IsResting(fault.Server);
        failedAt[fault.Server] = clock.GetTimestamp();
        if (!wasResting)
        {
            logger.ServerFailed(directory.Name, fault.Server, fault.Message);
        }
    }

    private bool IsResting(Uri server) => failedAt.TryGetValue(server, out var at) && clock.GetElapsedTime(at) < Rest;
}
