using System.Collections.Concurrent;
using System.Text;
using Zaguan.Login;
using Zaguan.Users;

namespace Zaguan.Sources.Ldap;

/// <summary>Checks a password by logging in to a directory with it: Active Directory, or another that speaks LDAP.</summary>
internal sealed class LdapSource(TimeProvider clock, ILogger<LdapSource> logger) : IDisposable
{
    // By directory, however many applications ask it: its threads and what is known of its servers are shared. Lazy: two first logins at once make one.
    private readonly ConcurrentDictionary<LdapDirectory, Lazy<LdapDesk>> desks = new(ReferenceEqualityComparer.Instance);

    public async Task<Verdict> VerifyAsync(LdapDirectory directory, User? user, string identifier, Secret password, CancellationToken deadline)
    {
        if (NameOf(user, identifier) is not { } name || directory.BindAs is { } template && template.For(name) is null)
        {
            return new(Outcome.UnknownUser);
        }

        // With an empty password a directory logs in nobody in particular, and calls it a success (RFC 4513 §5.1.2). A NUL is where C ends a text.
        if (password.Length == 0 || password.Reveal().Contains((byte)0))
        {
            return new(Outcome.WrongPassword);
        }

        var desk = desks.GetOrAdd(directory, d => new(() => new(d, clock, logger))).Value;
        return await desk.AskAsync(new(user, name, Encoding.UTF8.GetString(password.Reveal()), directory.Deadline, clock), deadline);
    }

    public void Dispose()
    {
        foreach (var desk in desks.Values.Where(d => d.IsValueCreated))
        {
            desk.Value.Dispose();
        }
    }

    /// <summary>Null: nobody can be called so.</summary>
    private static LoginName? NameOf(User? user, string identifier)
    {
        var typed = identifier.Trim();
        if (Names.Objection("A name", typed) is not null)
        {
            return null;
        }

        // A stored name may be spelt in decomposed letters too.
        typed = typed.Normalize(NormalizationForm.FormC);
        return new(user?.Username.Normalize(NormalizationForm.FormC) ?? typed, typed);
    }
}
