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
            return await local.VerifyAsync(user, attempt.Password);
        }

        // One deadline over all of them. Nothing else cancels what was begun.
        using var deadline = new CancellationTokenSource(attempt.Application.SourcesDeadline, clock);
        if (!attempt.Application.IsCompared)
        {
            return await AskAsync(attempt, sources, user, () => upstream.VerifyAsync(attempt, deadline.Token), deadline.Token);
        }

        // The old system first, whatever we think; then ours, which takes its word where it would ask it.
        var (theirs, reply) = await upstream.CompareAsync(attempt, deadline.Token);
        if (reply is null)
        {
            return theirs;
        }

        var ours = sources.Count == 0 ? new Verdict(Outcome.SourceNotAllowed) : await AskAsync(attempt, sources, user, () => Task.FromResult(theirs), deadline.Token);
        return ours with { OldReply = reply, OldOutcome = theirs.Outcome };
    }

    private async Task<Verdict> AskAsync(Attempt attempt, IReadOnlyList<Source> sources, User? user, Func<Task<Verdict>> askUpstream, CancellationToken deadline)
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

            verdict = source switch
            {
                Source.Local => await local.VerifyAsync(user, attempt.Password),
                Source.Ldap => await ldap.VerifyAsync(attempt.Application.Directory!, user, attempt.Identifier, attempt.Password, deadline),
                Source.Upstream => await askUpstream(),
            };
            wasHashed |= source == Source.Local;
            if (!GoesOn(verdict.Outcome, source, attempt.Application))
            {
                break;
            }
        }

        return await AtTheCostOfOneHashAsync(verdict, attempt.Password, wasHashed);
    }

    /// <summary>Whether the next source has a say. Where people may still change their password in the old system, what is wrong here may be right there.</summary>
    private static bool GoesOn(Outcome outcome, Source source, Application application) =>
        outcome == Outcome.UnknownUser || (outcome == Outcome.WrongPassword && source == Source.Local && application.Upstream is { Mode: UpstreamMode.Follow });

    /// <summary>
    /// Whoever was verified costs one hash, wherever that was. It is the new password's where one is to be kept. What could not be asked costs none.
    /// </summary>
    private async Task<Verdict> AtTheCostOfOneHashAsync(Verdict verdict, Secret password, bool wasHashed)
    {
        var keeps = verdict is { Outcome: Outcome.Granted, Profile.Source: Source.Upstream };
        if ((wasHashed && !keeps) || verdict.Outcome is Outcome.SourceUnavailable or Outcome.SourceUnclear or Outcome.Busy or Outcome.Failed)
        {
            return verdict;
        }

        return await gate.HashAsync(password) is { } hash
            ? verdict with { Password = keeps ? hash : null }
            : new(Outcome.Busy);
    }
}
