using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Contracts;

/// <summary>The preconditions that golden cases name: brought about before the request, undone after it.</summary>
internal static class GoldenStates
{
    private static readonly Dictionary<string, Func<TestHouse, GoldenCase, string, Task<Func<Task>>>> States = new(StringComparer.Ordinal)
    {
        [""] = (_, _, _) => Task.FromResult(() => Task.CompletedTask),
        ["the user is disabled"] = DisableAsync,
        ["the account is locked"] = LockAsync,
        ["the address is throttled"] = ThrottleAsync,
        ["the hashing queue is full"] = FillAsync,
        ["the database is gone"] = TakeDatabaseAwayAsync,
        ["the server has a fault"] = BreakAsync,
    };

    /// <returns>What undoes it.</returns>
    public static Task<Func<Task>> BringAboutAsync(TestHouse house, GoldenCase golden, string address) => States[golden.Given](house, golden, address);

    private static async Task<Func<Task>> DisableAsync(TestHouse house, GoldenCase golden, string address)
    {
        var users = house.Services.GetRequiredService<UserStore>();
        var everybody = (await users.ListAsync(null, null, 100)).ToList();
        foreach (var user in everybody)
        {
            await users.SetActiveAsync(user, active: false, []);
        }

        return async () =>
        {
            foreach (var user in everybody)
            {
                await users.SetActiveAsync(user, active: true, []);
            }
        };
    }

    private static async Task<Func<Task>> LockAsync(TestHouse house, GoldenCase golden, string address)
    {
        await GuessAsync(house, golden, address, identifier: null);
        return () => Task.CompletedTask;
    }

    private static async Task<Func<Task>> ThrottleAsync(TestHouse house, GoldenCase golden, string address)
    {
        await GuessAsync(house, golden, address, "uno@example.com");
        await GuessAsync(house, golden, address, "otro@example.com");
        return () => Task.CompletedTask;
    }

    /// <summary>The case's own request with a wrong password, and another identifier where one is given.</summary>
    private static async Task GuessAsync(TestHouse house, GoldenCase golden, string address, string? identifier)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, string>>(golden.Body)!;
        var (first, second) = (fields.Keys.First(), fields.Keys.Last());
        var guess = new Dictionary<string, string>(StringComparer.Ordinal) { [first] = identifier ?? fields[first], [second] = "un intento" };
        using var answer = await house.PostAsync(golden.Path, JsonSerializer.SerializeToUtf8Bytes(guess), "application/json", ("X-Forwarded-For", address));
    }

    /// <summary>As many slow hashes as there are threads, and one that waits: the queue of this house has one place.</summary>
    private static async Task<Func<Task>> FillAsync(TestHouse house, GoldenCase golden, string address)
    {
        var slow = $"$pbkdf2-sha512$i=1000000${Convert.ToBase64String(new byte[16]).TrimEnd('=')}${Convert.ToBase64String(new byte[64]).TrimEnd('=')}";
        var gate = house.Services.GetRequiredService<HashGate>();
        var password = Secret.FromText("da igual");
        var hashing = new List<Task>();
        while (hashing.Count <= Environment.ProcessorCount)
        {
            var hash = gate.VerifyAsync(Senders.Somebody, password, slow);
            if (hash.IsCompleted)
            {
                // The place is taken until a thread has fetched what stands there.
                await Task.Yield();
            }
            else
            {
                hashing.Add(hash);
            }
        }

        return async () =>
        {
            await Task.WhenAll(hashing);
            password.Dispose();
        };
    }

    private static async Task<Func<Task>> TakeDatabaseAwayAsync(TestHouse house, GoldenCase golden, string address)
    {
        await house.TakeDatabaseAwayAsync();
        return house.BringDatabaseBackAsync;
    }

    /// <summary>A table that is not there: what no code of ours expects.</summary>
    private static async Task<Func<Task>> BreakAsync(TestHouse house, GoldenCase golden, string address)
    {
        var database = house.Services.GetRequiredService<Database>();
        await database.WriteAsync(db => db.ExecuteAsync("ALTER TABLE users RENAME TO users_away"));
        return () => database.WriteAsync(db => db.ExecuteAsync("ALTER TABLE users_away RENAME TO users"));
    }
}
