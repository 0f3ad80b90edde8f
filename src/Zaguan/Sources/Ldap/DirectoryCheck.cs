using System.DirectoryServices.Protocols;

namespace Zaguan.Sources.Ldap;

/// <summary>Whether a directory can be asked as it is configured: the service account, the base, the groups.</summary>
internal static class DirectoryCheck
{
    /// <summary>Sentences; none: nothing is wrong.</summary>
    public static IEnumerable<string> Objections(LdapDirectory directory, Uri server, TimeProvider clock)
    {
        var objections = new List<string>();
        try
        {
            using var line = LdapLine.Open(server, directory.AuthoritiesFile, directory.Deadline, clock);
            if (directory.Search is { Account: { } account } search)
            {
                Look(line, directory, search, account, objections);
            }
            else if (directory.Search is { } own)
            {
                CheckContext(line, own, directory.Deadline, objections);
            }
        }
        catch (LdapUnavailableException e)
        {
            objections.Add($"{server.Host} can be reached, and then fails: {e.Message}");
        }

        return objections;
    }

    private static void Look(LdapLine line, LdapDirectory directory, DirectorySearch search, ServiceAccount account, List<string> objections)
    {
        var (refusal, problem) = ServiceLogin.TryOnce(line, account, directory.Deadline);
        if (problem is not null)
        {
            objections.Add($"The service account {account.Name} is not let in: {problem}{(refusal?.Code is { } code ? $" (data {code})" : "")}. Its password is in {account.PasswordFile}.");
            return;
        }

        if (!Exists(line, search.Base, "(objectClass=*)", directory.Deadline))
        {
            objections.Add($"There is no entry {search.Base} (\"Base\"), or the service account may not read it.");
        }
        else if (!CanFind(line, search, directory.Deadline))
        {
            objections.Add("The directory does not understand the filter (\"Filter\").");
        }

        foreach (var (group, role) in directory.Roles.Where(r => !Exists(line, r.Group, "(objectClass=*)", directory.Deadline)))
        {
            objections.Add($"There is no group {group}, which gives the role {role}; nobody has it.");
        }
    }

    /// <summary>Without a service account nobody may look below; what a server is responsible for it says to everybody.</summary>
    private static void CheckContext(LdapLine line, DirectorySearch search, TimeSpan within, List<string> objections)
    {
        var contexts = EntryReader.Texts(line.Root(within), "namingContexts").ToList();
        if (!contexts.Exists(c => Plain(search.Base).EndsWith(Plain(c), StringComparison.OrdinalIgnoreCase)))
        {
            objections.Add($"{search.Base} (\"Base\") is not of this directory, which holds {string.Join(" and ", contexts)}.");
        }
    }

    private static bool Exists(LdapLine line, string dn, string filter, TimeSpan within)
    {
        try
        {
            return line.Search(new(dn, filter, SearchScope.Base, "1.1"), within).Entries.Count > 0;
        }
        catch (DirectoryOperationException)
        {
            return false;
        }
    }

    private static bool CanFind(LdapLine line, DirectorySearch search, TimeSpan within)
    {
        try
        {
            line.Search(new(search.Base, search.Filter.For(new("zaguan", "zaguan")), SearchScope.Base, "1.1"), within);
            return true;
        }
        catch (Exception e) when (e is DirectoryOperationException or LdapUnavailableException)
        {
            return false;
        }
    }

    private static string Plain(string dn) => string.Join(',', dn.Split(',', StringSplitOptions.TrimEntries));
}
