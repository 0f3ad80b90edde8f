using System.Security.Cryptography;
using Zaguan.Argon2;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;

namespace Zaguan.Benchmarks;

/// <summary>
/// Does the time of a wrong guess tell in what format a password is kept? A population with hashes of today and with old ones, fast and slow, imported as they
/// are imported; each old kind against today's, as in <see cref="TimingBenchmark"/>.
/// </summary>
internal static class FormatsBenchmark
{
    /// <summary>Of a password that nobody tries.</summary>
    private static readonly (string Name, string Text)[] Old =
    [
        ("MD5, under Argon2id", $"$as$md5${Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}"),
        ("PBKDF2-SHA-512 of 5,000 iterations, under Argon2id", Pbkdf2(5_000)),
        ("bcrypt 10", $"$2b$10${RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 21)}u{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 30)}."),
        ("Argon2id of another cost", $"$argon2id$v=19$m=32768,t=3,p=1${Encode(16)}${Encode(32)}"),
    ];

    public static async Task<bool> RunAsync()
    {
        var dice = Dice.New();
        Console.WriteLine($"Seed {dice.Seed}.");
        var names = Old.ToDictionary(o => o.Name, _ => (Old: TimingBenchmark.Names(dice), Today: TimingBenchmark.Names(dice)), StringComparer.Ordinal);
        var passwords = new Dictionary<string, StoredPassword>(StringComparer.Ordinal);
        using (var hasher = new PasswordHasher(Argon2Cost.Recommended))
        {
            foreach (var (name, text) in Old)
            {
                var hash = HashFormats.Read(text)?.Hash ?? throw new BenchmarkFailedException($"{name} cannot be read: {HashFormats.Read(text)?.Objection}");
                var stored = hash.IsWeak ? hasher.Wrap(hash) : new(text, hash.Cost);
                Array.ForEach(names[name].Old, n => passwords.Add(n, stored));
            }
        }

        using var house = await BenchmarkHouse.BuildAsync([.. names.Values.SelectMany(n => n.Old.Concat(n.Today))], stored: n => passwords.GetValueOrDefault(n)!);
        using var server = await ServerProcess.StartAsync(house);
        var good = true;
        foreach (var (name, (old, today)) in names)
        {
            good &= TimingBenchmark.Compare(server, dice, new(name, old, BenchmarkHouse.WrongPassword), new("a hash of today", today, BenchmarkHouse.WrongPassword), onlyTime: true);
        }

        return good;
    }

    private static string Pbkdf2(int iterations) => $"$pbkdf2-sha512$i={iterations}${Encode(16)}${Encode(64)}";

    private static string Encode(int bytes) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes)).TrimEnd('=');
}
