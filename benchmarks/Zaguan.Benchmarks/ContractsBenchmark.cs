using System.Diagnostics;
using System.Globalization;
using System.Text;
using Zaguan.Benchmarks.House;
using Zaguan.Benchmarks.Statistics;
using Zaguan.Contracts;
using Zaguan.Contracts.Answers;
using Zaguan.Contracts.Requests;
using Zaguan.Reading;
using Zaguan.Users;

namespace Zaguan.Benchmarks;

/// <summary>What contracts cost: compiling a thousand of them at start-up, and reading and answering one login by one.</summary>
internal static class ContractsBenchmark
{
    private const int Contracts = 1_000;
    private const int Rounds = 7;
    private const int Logins = 20_000;

    /// <summary>A start-up that nobody notices.</summary>
    private const double MostSeconds = 2;

    /// <summary>A thousandth of the hash that stands between.</summary>
    private const double MostMicroseconds = 10;

    public static Task<bool> RunAsync()
    {
        var good = Compile();
        Console.WriteLine();
        foreach (var (name, _, json) in ContractLibrary.Shipped().OrderBy(c => c.Name, StringComparer.Ordinal))
        {
            good &= Login(Compiled(name, json));
        }

        return Task.FromResult(good);
    }

    private static bool Compile()
    {
        var files = ContractLibrary.Shipped().ToList();
        var seconds = new List<double>();
        for (var round = 0; round <= Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Contracts; i++)
            {
                Compiled($"c{i}", files[i % files.Count].Json);
            }

            // The first one is the compiler's own start.
            if (round > 0)
            {
                seconds.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);
            }
        }

        var median = Sample.Median(seconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Contracts} contracts compiled: median {median:F3} s of {Rounds} rounds, at most {MostSeconds} s: {Verdict(median < MostSeconds)}"));
        return median < MostSeconds;
    }

    private static bool Login(Contract contract)
    {
        var body = Encoding.UTF8.GetBytes(contract.Decoder.Writer.Example("marta", "una contraseña"));
        var user = new User { Number = 7, Id = "siete", Username = "marta", Email = "marta@example.com", GivenName = "Marta", FamilyName = "Núñez", Phone = "911", RoleName = "Caja", RoleNumber = 2, Active = true, Attributes = """{"departamento_id":5}""" };
        var microseconds = new List<double>();
        var bytes = 0L;
        for (var round = 0; round <= Rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            for (var i = 0; i < Logins; i++)
            {
                var request = contract.Decoder.Decode(RequestInput.OfJson(body));
                using var password = request.Password;
                if (request.Refusal is not null)
                {
                    throw new BenchmarkFailedException($"{contract.Name} does not read its own request.");
                }

                bytes += new Rendered(contract.Answers[AnswerName.Granted], new AnswerValues { User = user, Token = "eyJhbGciOiJIUzI1NiJ9.e30.firma", AccessId = i, Request = new(request.Identifier, request.Fields) }).Body.Length;
            }

            if (round > 0)
            {
                microseconds.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / Logins);
            }
        }

        var median = Sample.Median(microseconds);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contract.Name,-14} a login read and answered ({bytes / Logins / (Rounds + 1)} bytes): median {median,6:F2} µs of {Rounds} rounds, at most {MostMicroseconds} µs: {Verdict(median < MostMicroseconds)}"));
        return median < MostMicroseconds;
    }

    private static Contract Compiled(string name, byte[] json) => ContractCompiler.Compile(name, name, json, new Problems()) ?? throw new BenchmarkFailedException($"{name} does not compile.");

    private static string Verdict(bool isGood) => isGood ? "kept" : "MISSED";
}
