using System.Data.Common;
using System.Diagnostics;
using System.Security.Cryptography;
using Dapper;
using Zaguan.Login;
using Zaguan.Passwords.Formats;
using Zaguan.Storage;

namespace Zaguan.Passwords;

/// <summary>
/// Hides which hashes are old. A guess at a bcrypt hash takes bcrypt's time besides today's Argon2id; so while there is a single
/// such hash, every guess is answered when that one would be. What costs are in the database is looked up, and how long each
/// takes is measured: at the start, and when an import has brought new ones. Waiting costs no processor.
/// </summary>
internal sealed class HashCosts(Database database, HashingSettings settings, ILogger<HashCosts> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);

    /// <summary>Times that a hash is computed to learn how long it takes, unless that takes too long; the shortest counts, because other work can only lengthen it.</summary>
    private const int Measurements = 5;

    private static readonly TimeSpan LongestMeasuring = TimeSpan.FromMilliseconds(300);

    /// <summary>Room for what the machine's other work adds to a slow hash. Where that is more, the time is stretched, and shrinks again when it is quiet.</summary>
    private const double Headroom = 1.25;

    /// <summary>A busy machine is no reason to let everybody wait for ever.</summary>
    private const double MostStretched = 4;

    /// <summary>Of passwords as people have them, in bytes. Some old formats take longer for longer ones, up to many times as long.</summary>
    private const int LengthOfMost = 64;

    /// <summary>A start, or a look after an import, measures no longer than so; what is left comes next time.</summary>
    private static readonly TimeSpan LongestRefresh = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Times> measured = new(StringComparer.Ordinal);
    private Times longest = new(TimeSpan.Zero, TimeSpan.Zero);
    private double stretch = 1;

    /// <summary>How long every guess takes, but one with a password longer than people have them; zero where all hashes are of today's cost.</summary>
    public TimeSpan Longest => LongestFor(0);

    private TimeSpan LongestFor(int passwordLength) => Volatile.Read(ref longest).For(passwordLength) * Volatile.Read(ref stretch);

    /// <summary>Waits until the slowest hash would be verified too.</summary>
    /// <param name="began">When verifying began, by Stopwatch.</param>
    public async Task HideAsync(Secret password, long began)
    {
        var taken = Stopwatch.GetElapsedTime(began);
        var promised = LongestFor(password.Length) * PasswordHasher.HashesFor(password);
        if (promised > TimeSpan.Zero && taken > promised)
        {
            // Somebody could have told this one. Two guesses that stretch at once may undo each other; the next one stretches again.
            Volatile.Write(ref stretch, Math.Min(MostStretched, Volatile.Read(ref stretch) * (taken / promised) * Headroom));
        }

        // The timer's clock is coarse, and may wake too early: what is left then would tell what was taken.
        for (var left = promised - taken; left > TimeSpan.Zero; left = promised - Stopwatch.GetElapsedTime(began))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)));
        }
    }

    /// <summary>Before the server listens, so that no guess is answered before it is known what to hide.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync();
        await base.StartAsync(cancellationToken);
    }

    public async Task RefreshAsync()
    {
        var todays = PasswordHasher.CostOf(settings.Cost);
        var old = (await SamplesAsync()).Where(s => !string.Equals(s.Cost, todays, StringComparison.Ordinal)).ToList();
        MeasureNew(old, todays);
        var today = measured.GetValueOrDefault(todays, new(TimeSpan.Zero, TimeSpan.Zero));
        var all = old.Select(s => measured.GetValueOrDefault(s.Cost, today)).ToList();
        Volatile.Write(ref stretch, Math.Max(1, Volatile.Read(ref stretch) / Headroom));
        var found = new Times(Hidden([.. all.Select(t => t.OfMost)], today.OfMost), Hidden([.. all.Select(t => t.OfLong)], today.OfLong));
        if (Interlocked.Exchange(ref longest, found) != found)
        {
            logger.GuessesTake(found.OfMost.TotalMilliseconds, found.OfLong.TotalMilliseconds);
        }
    }

    private void MeasureNew(IEnumerable<Sample> old, string todays)
    {
        var began = Stopwatch.GetTimestamp();
        using var hasher = new PasswordHasher(settings.Cost);
        foreach (var sample in old.Where(s => !measured.ContainsKey(s.Cost)))
        {
            if (Stopwatch.GetElapsedTime(began) > LongestRefresh)
            {
                logger.CostsAreLeft();
                return;
            }

            if (!measured.ContainsKey(todays))
            {
                measured[todays] = Measure(hasher, null);
            }

            measured[sample.Cost] = MeasureOrSay(hasher, sample);
        }
    }

    /// <summary>Also where the slowest seems no slower than today's: that may be noise of the measuring, which four hundred guesses would see through.</summary>
    private static TimeSpan Hidden(IReadOnlyList<TimeSpan> all, TimeSpan today) => all.Count > 0 ? all.Append(today).Max() * Headroom : TimeSpan.Zero;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync();
            }
            catch (Exception e) when (e is DatabaseUnavailableException or DbException)
            {
                // The logins say so; what is hidden stays hidden.
            }
        }
    }

    /// <summary>
    /// A hash of each cost. The index is asked for the next cost each time, instead of being read through; and for the first hash from a cost on, where PostgreSQL would read the
    /// table until it met one of just that cost.
    /// </summary>
    internal Task<IReadOnlyList<Sample>> SamplesAsync() => database.ReadAsync<IReadOnlyList<Sample>>(async db => (await db.QueryAsync<Sample>(
        """
        WITH RECURSIVE costs (cost) AS (
          SELECT min(password_cost) FROM users WHERE password_cost IS NOT NULL
          UNION ALL
          SELECT (SELECT min(password_cost) FROM users WHERE password_cost > costs.cost) FROM costs WHERE costs.cost IS NOT NULL)
        SELECT cost, (SELECT password FROM users WHERE password_cost >= costs.cost ORDER BY password_cost LIMIT 1) AS password FROM costs WHERE cost IS NOT NULL
        """)).AsList());

    private Times MeasureOrSay(PasswordHasher hasher, Sample sample)
    {
        if (HashFormats.Read(sample.Password) is { IsUnavailable: true } reading)
        {
            logger.HashCannotBeComputed(sample.Cost, reading.Objection!);
        }

        try
        {
            var times = Measure(hasher, sample.Password);
            logger.HashCostMeasured(sample.Cost, times.OfMost.TotalMilliseconds);
            return times;
        }
        catch (Exception e) when (e is OutOfMemoryException or CryptographicException)
        {
            logger.HashCannotBeComputed(sample.Cost, e.Message);
            return new(TimeSpan.Zero, TimeSpan.Zero);
        }
    }

    private static Times Measure(PasswordHasher hasher, string? stored) =>
        new(Measure(hasher, stored, LengthOfMost), Measure(hasher, stored, PasswordHasher.LongestOfOldFormats));

    private static TimeSpan Measure(PasswordHasher hasher, string? stored, int length)
    {
        using var password = Secret.FromText(RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", length));
        var (shortest, all) = (TimeSpan.MaxValue, TimeSpan.Zero);
        for (var i = 0; i < Measurements && all < LongestMeasuring; i++)
        {
            var began = Stopwatch.GetTimestamp();
            hasher.Verify(password, stored);
            var took = Stopwatch.GetElapsedTime(began);
            shortest = took < shortest ? took : shortest;
            all += took;
        }

        return shortest;
    }

    /// <param name="OfMost">With a password as people have them.</param>
    /// <param name="OfLong">With the longest one that an old format is computed for.</param>
    private sealed record Times(TimeSpan OfMost, TimeSpan OfLong)
    {
        public TimeSpan For(int passwordLength) => passwordLength <= LengthOfMost ? OfMost : OfLong;
    }

    internal sealed record Sample
    {
        public string Cost { get; init; } = "";

        public string Password { get; init; } = "";

        /// <summary>Its cost, and no hash.</summary>
        public override string ToString() => Cost;
    }
}

internal static partial class HashCostsLog
{
    [LoggerMessage(EventId = 1501, Level = LogLevel.Information, Message = "A guess at a password stored as {Cost} takes {Milliseconds:0.0} ms.")]
    public static partial void HashCostMeasured(this ILogger logger, string cost, double milliseconds);

    [LoggerMessage(EventId = 1502, Level = LogLevel.Information, Message = "Every guess is answered after {Milliseconds:0.0} ms ({Long:0.0} ms with a very long password), so that nobody can tell whose hash is an old one. 0: all are of today's cost.")]
    public static partial void GuessesTake(this ILogger logger, double milliseconds, double @long);

    [LoggerMessage(EventId = 1503, Level = LogLevel.Error, Message = "Passwords stored as {Cost} cannot be verified on this machine, and their users cannot log in: {Problem}")]
    public static partial void HashCannotBeComputed(this ILogger logger, string cost, string problem);

    [LoggerMessage(EventId = 1504, Level = LogLevel.Information, Message = "There are more costs of old hashes than can be measured at once. The rest is measured soon; until then the time of a guess may tell them.")]
    public static partial void CostsAreLeft(this ILogger logger);
}
