using System.Collections.Concurrent;
using Zaguan.AspNetCore.Jws;

namespace Zaguan.AspNetCore.Revocations;

/// <summary>What is revoked of one application's tokens. One thread applies, any number ask.</summary>
internal sealed class RevocationList
{
    /// <summary>Revoked sessions, and until when their tokens would have been good (seconds since 1970).</summary>
    private readonly ConcurrentDictionary<string, long> sessions = new(StringComparer.Ordinal);

    /// <summary>Per claim that names users: per value (as <see cref="Key"/> has it), the instant before which their tokens were issued.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, long>> subjects = new(StringComparer.Ordinal);

    private long everythingBefore = long.MinValue;

    /// <summary>The number of the last entry that was applied.</summary>
    public long Last { get; private set; }

    public void Apply(Revocation entry)
    {
        if (entry is { Session: { } session, Until: { } until })
        {
            sessions[session] = until;
        }
        else if (entry is { Claim: { } claim, Value: { } value, IssuedBefore: { } before })
        {
            subjects.GetOrAdd(claim, _ => new(StringComparer.Ordinal)).AddOrUpdate(Key(value), before, (_, earlier) => Math.Max(earlier, before));
        }
        else if (entry is { Claim: null, IssuedBefore: { } all })
        {
            Interlocked.Exchange(ref everythingBefore, Math.Max(Interlocked.Read(ref everythingBefore), all));
        }

        Last = Math.Max(Last, entry.Number);
    }

    /// <summary>The same, to be read to from the first number on.</summary>
    public RevocationList Anew()
    {
        var anew = new RevocationList { everythingBefore = Interlocked.Read(ref everythingBefore) };
        foreach (var (session, until) in sessions)
        {
            anew.sessions[session] = until;
        }

        foreach (var (claim, values) in subjects)
        {
            anew.subjects[claim] = new(values, StringComparer.Ordinal);
        }

        return anew;
    }

    /// <summary>Also of what was filtered out on the way here.</summary>
    public void AdvanceTo(long number) => Last = Math.Max(Last, number);

    public bool Covers(TokenClaims token)
    {
        if (token.Id is { } id && sessions.ContainsKey(id))
        {
            return true;
        }

        // A token that does not say when it was issued may always have been issued before.
        var issued = token.IssuedAt ?? long.MinValue;
        if (issued < Interlocked.Read(ref everythingBefore))
        {
            return true;
        }

        foreach (var (claim, values) in subjects)
        {
            if (token.Text(claim) is { } value && values.TryGetValue(Key(value), out var before) && issued < before)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The same of a session that has no token.</summary>
    /// <param name="opened">Seconds since 1970.</param>
    public bool Covers(string session, long opened) => sessions.ContainsKey(session) || opened < Interlocked.Read(ref everythingBefore);

    /// <summary>Names are compared as Zaguan compares them: trimmed, composed, in capitals.</summary>
    private static string Key(string value) => value.Trim().Normalize().ToUpperInvariant().Normalize();

    /// <summary>Forgets sessions whose tokens have expired.</summary>
    public void Forget(DateTimeOffset now)
    {
        var seconds = now.ToUnixTimeSeconds();
        foreach (var (session, until) in sessions)
        {
            if (until <= seconds)
            {
                sessions.TryRemove(session, out _);
            }
        }
    }
}
