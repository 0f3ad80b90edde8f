using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Sources.Ldap;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>Asks an application's sources, in their order, whether a password is right. The first that knows the user decides.</summary>
internal sealed class PasswordSources(LocalSource local, LdapSource ldap, UpstreamSource upstream, HashGate gate, TimeProvider clock)
{
    /// <param name="sources">See <see cref="Application.SourcesFor"/>.</param>
    /// <param name="user">Whom the identifier means here; null: nobody.</param>
    public async Task<Verdict> VerifyAsync(Attempt attempt, IReadOnlyList<Source> sources, User? user)
    {
        if (sources is [Source.Local])
        {
            return await local.VerifyAsync(user, attempt);
        }

        // What cannot be anybody's name here may be one over there, where nobody could say whose budget it is: nobody is asked.
        if (attempt.Key is null || Names.Objection("A name", attempt.Identifier.Trim()) is not null)
        {
            return await AtTheCostOfOneHashAsync(new(Outcome.UnknownUser), attempt, wasHashed: false, wasAsked: false);
        }

        using var deadline = new Deadline(attempt.Application.SourcesDeadline, clock);
        if (!attempt.Application.IsCompared)
        {
            return await AskAsync(attempt, sources, user, () => upstream.VerifyAsync(attempt, deadline.Begin()), deadline);
        }

        // The old system first, whatever we think; then ours, which takes its word where it would ask it.
        var (theirs, reply) = await upstream.CompareAsync(attempt, deadline.Begin());
        if (reply is null)
        {
            return await AtTheCostOfOneHashAsync(theirs, attempt, wasHashed: false, wasAsked: true);
        }

        var ours = sources.Count == 0 ? new Verdict(Outcome.SourceNotAllowed) : await AskAsync(attempt, sources, user, () => Task.FromResult(theirs), deadline);
        return ours with { OldReply = reply, OldOutcome = theirs.Outcome };
    }

    private async Task<Verdict> AskAsync(Attempt attempt, IReadOnlyList<Source> sources, User? user, Func<Task<Verdict>> askUpstream, Deadline deadline)
    {
        var verdict = new Verdict(user is null ? Outcome.UnknownUser : Outcome.WrongPassword);
        var wasHashed = false;
        foreach (var source in sources)
        {
            // Who has no password here is not looked for here; what that costs is settled below.
            if (source == Source.Local && user?.Password is null)
            {
                continue;
            }

            // Where the old system is followed it alone may know better than the hash here.
            if (source == Source.Ldap && wasHashed)
            {
                continue;
            }

            verdict = source switch
            {
                Source.Local => await local.VerifyAsync(user, attempt),
                Source.Ldap => await ldap.VerifyAsync(attempt.Application.Directory!, user, attempt.Identifier, attempt.Password, deadline.Begin()),
                Source.Upstream => await askUpstream(),
            };
            wasHashed |= source == Source.Local;
            if (!GoesOn(verdict.Outcome, source, attempt.Application, user))
            {
                break;
            }
        }

        return await AtTheCostOfOneHashAsync(verdict, attempt, wasHashed, wasAsked: true);
    }

    /// <summary>Whether the next source has a say. Where people may still change their password in the old system, what is wrong here may be right there.</summary>
    private static bool GoesOn(Outcome outcome, Source source, Application application, User? user) => outcome == Outcome.UnknownUser
        || (outcome == Outcome.WrongPassword && source == Source.Local && application.Upstream is { Mode: UpstreamMode.Follow } && user is { PasswordIsSetHere: false });

    /// <summary>
    /// Whoever was verified costs one hash, wherever that was. It is the new password's where one is to be kept. What could not be asked costs none.
    /// </summary>
    /// <param name="wasAsked">Whether the guess may have gone out.</param>
    private async Task<Verdict> AtTheCostOfOneHashAsync(Verdict verdict, Attempt attempt, bool wasHashed, bool wasAsked)
    {
        var keeps = verdict is { Outcome: Outcome.Granted, Profile.Source: Source.Upstream };
        if ((wasHashed && !keeps) || verdict.Outcome is Outcome.SourceUnavailable or Outcome.SourceUnclear or Outcome.Busy or Outcome.Failed)
        {
            return verdict;
        }

        return (await gate.HashAsync(attempt.Sender, attempt.Password), wasHashed) switch
        {
            ({ } hash, _) => verdict with { Password = keeps ? hash : null },
            // The hash of before was computed for this attempt already: granted it is, and the new password is kept another time.
            (null, true) => verdict,
            // The guess went out and is spent, whatever the answer was.
            (null, false) => new(wasAsked ? Outcome.SourceUnclear : Outcome.Busy),
        };
    }

    /// <summary>One over all sources but the local one: it begins when the first of them is asked. Nothing else cancels what was begun.</summary>
    private sealed class Deadline(TimeSpan length, TimeProvider clock) : IDisposable
    {
        private readonly CancellationTokenSource over = new(Timeout.InfiniteTimeSpan, clock);
        private bool hasBegun;

        public CancellationToken Begin()
        {
            if (!hasBegun)
            {
                hasBegun = true;
                over.CancelAfter(length);
            }

            return over.Token;
        }

        public void Dispose() => over.Dispose();
    }
}
