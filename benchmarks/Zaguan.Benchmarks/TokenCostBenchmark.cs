using System.Diagnostics;
using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Zaguan.AspNetCore;
using Zaguan.AspNetCore.Jws;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;

namespace Zaguan.Benchmarks;

/// <summary>Nanoseconds and bytes of one validation, of a token that is remembered and of one that is not, beside the HMAC alone of the same bytes; on one thread, in turns.</summary>
internal static class TokenCostBenchmark
{
    private const int Rounds = 21;

    /// <summary>Of one kind in one round.</summary>
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(100);

    public static Task<bool> RunAsync()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var (token, elliptic) = (BenchmarkToken.Of("usuario"), BenchmarkToken.Of("usuario", ecdsa, "uno"));
        var secret = Encoding.UTF8.GetBytes(BenchmarkToken.Secret);
        var signed = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);
        var keys = new KeySet([VerificationKey.OfSecret(secret), VerificationKey.OfEllipticCurve(ecdsa.ExportParameters(includePrivateParameters: false).Q, "uno")]);
        var rules = new TokenRules(GuardedBackEnd.Origin, GuardedBackEnd.Origin);
        var (remembering, forgetting) = (new TokenValidator(() => keys, rules, TimeProvider.System), new TokenValidator(() => keys, rules, TimeProvider.System, mostRemembered: 0));
        var mac = new byte[HMACSHA256.HashSizeInBytes];
        List<Kind> kinds =
        [
            new("HMAC-SHA-256 alone", () => HMACSHA256.HashData(secret, signed, mac) > 0),
            new("HS256, remembered", () => remembering.Validate(token, out _) is not null),
            new("HS256, remembered, with its ClaimsPrincipal", () => remembering.Validate(token, out _) is { } claims && new ClaimsPrincipal(TokenIdentity.Of(claims, "Zaguan", "unique_name", "role")).Identity is not null),
            new("HS256, not remembered", () => forgetting.Validate(token, out _) is not null),
            new("ES256, remembered", () => remembering.Validate(elliptic, out _) is not null),
            new("ES256, not remembered", () => forgetting.Validate(elliptic, out _) is not null),
        ];

        kinds.ForEach(k => k.WarmUp(Turn));
        for (var round = 0; round < Rounds; round++)
        {
            kinds.ForEach(k => k.Measure());
        }

        var alone = Sample.Median(kinds[0].Nanoseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"A token of {token.Length} letters (ES256: {elliptic.Length}), {Rounds} rounds of {Turn.TotalMilliseconds} ms.\n"));
        foreach (var kind in kinds)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {kind.Name,-44} median {Sample.Median(kind.Nanoseconds),8:N0} ns, from {kind.Nanoseconds.Min(),8:N0} to {kind.Nanoseconds.Max(),8:N0}; {kind.Bytes,6:N0} bytes; {Sample.Median(kind.Nanoseconds) / alone,6:F2} × the HMAC alone"));
        }

        return Task.FromResult(true);
    }

    private sealed class Kind(string name, Func<bool> validate)
    {
        private int count;

        public string Name => name;

        public List<double> Nanoseconds { get; } = [];

        public double Bytes { get; private set; }

        /// <summary>Until it is compiled for good, and it is known how many make a turn.</summary>
        public void WarmUp(TimeSpan turn)
        {
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < 5 * turn)
            {
                Validate();
                count++;
            }

            count /= 5;
        }

        public void Measure()
        {
            var (began, bytes) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
            for (var i = 0; i < count; i++)
            {
                Validate();
            }

            Nanoseconds.Add(Stopwatch.GetElapsedTime(began).TotalNanoseconds / count);
            Bytes = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)count;
        }

        private void Validate()
        {
            if (!validate())
            {
                throw new BenchmarkFailedException($"{name}: it was not good.");
            }
        }
    }
}
