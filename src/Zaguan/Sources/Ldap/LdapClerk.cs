using System.DirectoryServices.Protocols;
using Zaguan.Login;

namespace Zaguan.Sources.Ldap;

/// <summary>Answers one inquiry after the other, on one thread, over connections that it keeps.</summary>
internal sealed class LdapClerk(LdapDirectory directory, LdapServers servers, ServiceLogin service, TimeProvider clock, ILogger logger) : IDisposable
{
    /// <summary>Then a connection is made anew: to the first server, if that is back, and to where its name leads now.</summary>
    private static readonly TimeSpan OldestLine = TimeSpan.FromMinutes(10);

    /// <summary>Nested groups too ([MS-ADTS] §3.1.1.3.4.4, LDAP_MATCHING_RULE_TRANSITIVE_EVAL).</summary>
    private const string InChain = "1.2.840.113556.1.4.1941";

    /// <summary>On which users bind, one after the other.</summary>
    private LdapLine? usersLine;

    /// <summary>On which the service account looks for them.</summary>
    private LdapLine? serviceLine;

    private DirectorySearch? Looks => directory.Search is { Account: not null } search ? search : null;

    public Finding Answer(Inquiry inquiry)
    {
        try
        {
            // Everything that could fail without the password is done before it.
            var found = Looks is null ? null : FindAsService(inquiry);
            if (Looks is not null && found is null)
            {
                return new(Outcome.UnknownUser);
            }

            if ((directory.BindAs is { } template ? template.For(inquiry.Name) : found!.Entry.DistinguishedName) is not { Length: > 0 } name)
            {
                return new(Outcome.UnknownUser);
            }

            usersLine = Usable(usersLine, inquiry) ?? servers.Open(inquiry.Remaining);
            if (!inquiry.TrySend())
            {
                return new(Outcome.SourceUnavailable);
            }

            // Once: a second bind with a wrong password would be a second guess over there, and a connection that broke does not say whether the first arrived.
            if (usersLine.Bind(name, inquiry.Password, inquiry.Remaining()) is { } refusal)
            {
                return Refuse(refusal);
            }

            return Grant(inquiry, found);
        }
        catch (LdapUnavailableException e)
        {
            servers.Failed(e);
            Close();
            return new(new Verdict(inquiry.WasSent ? Outcome.SourceUnclear : Outcome.SourceUnavailable), Answered: false);
        }
        catch (LookingFailedException e)
        {
            logger.LookingFailed(directory.Name, e.Message);
            Close();
            return new(inquiry.WasSent ? Outcome.SourceUnclear : Outcome.SourceUnavailable);
        }
    }

    public void Dispose() => Close();

    private Finding Refuse(BindRefusal refusal)
    {
        if (refusal.Outcome == Outcome.SourceUnclear)
        {
            logger.RefusalNotUnderstood(directory.Name, refusal.Code ?? "none");
        }

        return new(refusal.Outcome);
    }

    /// <summary>
    /// The password is right. What is read now is part of the answer: without it nobody would know which role the user has. Who is no user of ours all the same
    /// hears what a wrong password hears: another answer would tell that it was right, and the next source would be given it.
    /// </summary>
    private Finding Grant(Inquiry inquiry, Found? found)
    {
        var user = inquiry.User;
        if (user is null && !directory.CreatesUsers)
        {
            return new(Outcome.WrongPassword);
        }

        if (user is { Active: false })
        {
            return new(Outcome.Inactive);
        }

        if (directory.Search is not { } search)
        {
            return new(Outcome.Granted);
        }

        var line = search.Account is null ? usersLine! : serviceLine!;
        found ??= Find(line, search, inquiry);
        if (found is null)
        {
            // Not below the base, not found by the filter, or by another spelling: no user of ours.
            return new(Outcome.WrongPassword);
        }

        if (user is not null && !directory.Refreshes)
        {
            return new(Outcome.Granted);
        }

        var profile = EntryReader.Read(directory, found.Entry, user?.Username ?? found.Name, RoleOf(line, found.Entry, inquiry));
        return new(new Verdict(Outcome.Granted, Profile: profile));
    }

    private Found? FindAsService(Inquiry inquiry)
    {
        serviceLine = Usable(serviceLine, inquiry);
        if (serviceLine is null)
        {
            var line = servers.Open(inquiry.Remaining);
            try
            {
                serviceLine = service.TryBind(line, Looks!.Account!, inquiry.Remaining()) ? line : throw new LookingFailedException("the service account is not let in");
            }
            catch (Exception)
            {
                line.Dispose();
                throw;
            }
        }

        return Find(serviceLine, Looks!, inquiry);
    }

    private Found? Find(LdapLine line, DirectorySearch search, Inquiry inquiry)
    {
        // Of two that the filter finds, nobody knows which one is meant; more are not fetched.
        var request = new SearchRequest(search.Base, search.Filter.For(inquiry.Name), SearchScope.Subtree, [.. directory.Attributes.Values.Concat(search.Filter.Terms.Select(t => t.Attribute)).Distinct(StringComparer.OrdinalIgnoreCase)]) { SizeLimit = 2 };
        var entries = Search(line, request, inquiry, "users cannot be looked for").Entries;
        if (entries.Count > 1)
        {
            throw new LookingFailedException("the filter finds several entries for one name; write it so that it finds one");
        }

        return entries.Count == 1 && search.Filter.NameIn(entries[0], inquiry.Name) is { } name ? new(entries[0], name) : null;
    }

    /// <summary>That of the first group which the user is a member of. The directory compares: only it knows how its names are written, and who is in a group of a group.</summary>
    private string? RoleOf(LdapLine line, SearchResultEntry entry, Inquiry inquiry)
    {
        foreach (var (group, role) in directory.Roles)
        {
            var escaped = SearchFilter.Escape(group);
            // The first half is for directories that do not know the rule of the second.
            var request = new SearchRequest(entry.DistinguishedName, $"(|(memberOf={escaped})(memberOf:{InChain}:={escaped}))", SearchScope.Base, "1.1");
            if (Search(line, request, inquiry, "the groups of a user cannot be read").Entries.Count > 0)
            {
                return role;
            }
        }

        return null;
    }

    private static SearchResponse Search(LdapLine line, SearchRequest request, Inquiry inquiry, string problem)
    {
        try
        {
            return line.Search(request, inquiry.Remaining());
        }
        catch (DirectoryOperationException e) when (e.Response is SearchResponse { ResultCode: ResultCode.SizeLimitExceeded } partial)
        {
            return partial;
        }
        catch (DirectoryOperationException e)
        {
            // Not the server's own words: they may repeat whom was asked for.
            throw new LookingFailedException($"{problem}: the directory answers {e.Response?.ResultCode.ToString() ?? "an error"}");
        }
    }

    /// <summary>The line, if it has answered just now; null: it is none, too old or dead, and closed.</summary>
    private LdapLine? Usable(LdapLine? line, Inquiry inquiry)
    {
        if (line is null)
        {
            return null;
        }

        try
        {
            if (clock.GetElapsedTime(line.Opened) < OldestLine)
            {
                // Half of the time, so that a server which died silently leaves some for the next one.
                line.Root(inquiry.Remaining() / 2);
                return line;
            }
        }
        catch (LdapUnavailableException)
        {
            // Servers close what is idle; whether this one is dead, the next connection will tell.
        }

        line.Dispose();
        return null;
    }

    private void Close()
    {
        usersLine?.Dispose();
        serviceLine?.Dispose();
        (usersLine, serviceLine) = (null, null);
    }

    /// <param name="Name">As it is spelt there.</param>
    private sealed record Found(SearchResultEntry Entry, string Name);

    /// <summary>The directory answers, and users cannot be looked for in it. The message is half a sentence: why.</summary>
    private sealed class LookingFailedException(string why) : Exception(why);
}
