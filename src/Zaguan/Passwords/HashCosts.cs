using System.Diagnostics;
using System.Security.Cryptography;
using Dapper;
using Zaguan.Login;
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

    /// <summary>What is longer than today's by less cannot be told from it through a network or a queue.</summary>
    private const double Tellable = 1.02;

    /// <summary>Room for what the machine's other work adds to a slow hash. Where that is more, the time is stretched, and shrinks again when it is quiet.</summary>
    private const double Headroom = 1.25;

    /// <summary>A busy machine is no reason to let everybody wait for ever.</summary>
    private const double MostStretched = 4;

    private readonly Dictionary<string, TimeSpan> measured = new(StringComparer.Ordinal);
    private long longestTicks;
    private double stretch = 1;

    /// <summary>How long every guess takes; zero where all hashes are of today's cost.</summary>
    public TimeSpan Longest => new TimeSpan(Interlocked.Read(ref longestTicks)) * Volatile.Read(ref stretch);

    /// <summary>Waits until the slowest hash would be verified too.</summary>
    /// <param name="taken">What verifying has taken.</param>
    public Task HideAsync(Secret password, TimeSpan taken)
    {
        if (Longest == TimeSpan.Zero)
        {
            return Task.CompletedTask;
        }

        var hashes = PasswordHasher.HashesFor(password);
        if (taken > Longest * hashes)
        {
            // Somebody could have told this one. Two guesses that stretch at once may undo each other; the next one stretches again.
            Volatile.Write(ref stretch, Math.Min(MostStretched, Volatile.Read(ref stretch) * (taken / (Longest * hashes)) * Headroom));
        }

        var longest = Longest * hashes;
        // Rounded up to the timer's milliseconds: rounded down, what remains would tell what was taken.
        return longest > taken ? Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling((longest - taken).TotalMilliseconds))) : Task.CompletedTask;
    }

    /// <summary>Before the server listens, so that no guess is answered before it is known what to hide.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RefreshAsync();
        await base.StartAsync(cancellationToken);
    }

    public async Task RefreshAsync()
    {
        var samples = await SamplesAsync();
        var news = samples.Where(s => !measured.ContainsKey(s.Cost)).ToList();
        if (news.Count > 0)
        {
            using var hasher = new PasswordHasher(settings.Cost);
            measured[hasher.Today] = Measure(hasher, null);
            foreach (var sample in news)
            {
                measured[sample.Cost] = Measure(hasher, sample.Password);
                logger.HashCostMeasured(sample.Cost, measured[sample.Cost].TotalMilliseconds);
            }
        }

        var slowest = samples.Select(s => measured[s.Cost]).DefaultIfEmpty().Max();
        var today = measured.GetValueOrDefault(PasswordHasher.CostOf(settings.Cost));
        var longest = slowest > today * Tellable ? slowest * Headroom : TimeSpan.Zero;
        Volatile.Write(ref stretch, Math.Max(1, Volatile.Read(ref stretch) / Headroom));
        if (Interlocked.Exchange(ref longestTicks, longest.Ticks) != longest.Ticks)
        {
            logger.GuessesTake(longest.TotalMilliseconds);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RefreshAsync();
            }
            catch (DatabaseUnavailableException)
            {
                // The logins say so; what is hidden stays hidden.
            }
        }
    }

    /// <summary>A hash of each cost. The index is asked for the next cost each time, instead of being read through.</summary>
    private Task<IReadOnlyList<Sample>> SamplesAsync() => database.ReadAsync<IReadOnlyList<Sample>>(async db => (await db.QueryAsync<Sample>(
        """
        WITH RECURSIVE costs (cost) AS (
          SELECT min(password_cost) FROM users WHERE password_cost IS NOT NULL
          UNION ALL
          SELECT (SELECT min(password_cost) FROM users WHERE password_cost > costs.cost) FROM costs WHERE costs.cost IS NOT NULL)
        SELECT cost, (SELECT password FROM users WHERE password_cost = costs.cost LIMIT 1) AS password FROM costs WHERE cost IS NOT NULL
        """)).AsList());

    private static TimeSpan Measure(PasswordHasher hasher, string? stored)
    {
        using var password = new Secret(RandomNumberGenerator.GetBytes(16).Select(b => (byte)('a' + (b % 26))).ToArray());
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

    private sealed record Sample
    {
        public string Cost { get; init; } = "";

        public string Password { get; init; } = "";
    }
}

internal static partial class HashCostsLog
{
    [LoggerMessage(EventId = 1501, Level = LogLevel.Information, Message = "A guess at a password stored as {Cost} takes {Milliseconds:0.0} ms.")]
    public static partial void HashCostMeasured(this ILogger logger, string cost, double milliseconds);

    [LoggerMessage(EventId = 1502, Level = LogLevel.Information, Message = "Every guess is answered after {Milliseconds:0.0} ms, so that nobody can tell whose hash is an old one. 0: all are of today's cost.")]
    public static partial void GuessesTake(this ILogger logger, double milliseconds);
}
