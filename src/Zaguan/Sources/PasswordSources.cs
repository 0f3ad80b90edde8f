using Zaguan.Applications;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Sources.Ldap;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>Asks an application's sources, in their order, whether a password is right. The first that knows the user decides.</summary>
internal sealed class PasswordSources(LocalSource local, LdapSource ldap, UpstreamSource upstream, HashGate gate, TimeProvider clock)
{
    /// <param name="sources">At least one; see <see cref="Application.SourcesFor"/>.</param>
    /// <param name="user">Whom the identifier means here; null: nobody.</param>
    public async Task<Verdict> VerifyAsync(Attempt attempt, IReadOnlyList<Source> sources, User? user)
    {
        if (sources is [Source.Local])
        {
            return await local.VerifyAsync(user, attempt.Password);
        }

        // One deadline over all of them. Nothing else cancels what was begun.
        using var deadline = new CancellationTokenSource(attempt.Application.SourcesDeadline, clock);
        var verdict = new Verdict(user is null ? Outcome.UnknownUser : Outcome.WrongPassword);
        var wasHashed = false;
        foreach (var source in sources)
        {
            var asked = source switch
            {
                // Who has no password here is not looked for here; whether that costs a hash is settled below.
                Source.Local => user?.Password is null ? null : await local.VerifyAsync(user, attempt.Password),
                Source.Ldap => await ldap.VerifyAsync(attempt.Application.Directory!, user, attempt.Identifier, attempt.Password, deadline.Token),
                Source.Upstream => await upstream.VerifyAsync(attempt, deadline.Token),
            };
            wasHashed |= asked is not null && source == Source.Local;
            verdict = asked ?? verdict;
            if (asked is not null && !GoesOn(asked.Outcome, source, attempt.Application))
            {
                break;
            }
        }

        return await AtTheCostOfOneHashAsync(verdict, attempt.Password, wasHashed);
    }

    /// <summary>Whether the next source has a say. Where people may still change their password in the old system, what is wrong here may be right there.</summary>
    private static bool GoesOn(Outcome outcome, Source source, Application application) =>
        outcome == Outcome.UnknownUser || (outcome == Outcome.WrongPassword && source == Source.Local && application.Upstream is { Follows: true });

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
