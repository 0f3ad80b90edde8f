using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Tests.House;
using Zaguan.Users;

namespace Zaguan.Tests.Passwords;

public sealed class HashCostsTests
{
    [Fact]
    public async Task Where_all_hashes_are_of_today_nobody_waits()
    {
        await using var house = await TestHouse.OpenAsync();

        house.Services.GetRequiredService<HashCosts>().Longest.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task While_one_hash_is_slow_every_guess_takes_as_long_and_when_it_is_gone_none_does()
    {
        await using var house = await TestHouse.OpenAsync();
        var users = house.Services.GetRequiredService<UserStore>();
        var costs = house.Services.GetRequiredService<HashCosts>();
        var gate = house.Services.GetRequiredService<HashGate>();
        await users.AddAsync(new() { Realm = "ambiotec", Username = "lenta", Password = FourApplications.CheapHash("clave lenta", 300_000) });
        using var guess = Secret.FromText("un intento");

        await costs.RefreshAsync();

        costs.Longest.ShouldBeGreaterThan(TimeSpan.FromMilliseconds(20));
        foreach (var stored in new[] { null, "no es un hash", (await users.FindAsync("ambiotec", Zaguan.Contracts.Identifies.Username, "johndoe"))!.Password })
        {
            var longest = costs.Longest;
            var began = Stopwatch.GetTimestamp();
            await gate.VerifyAsync(Senders.Somebody, guess, stored);
            Stopwatch.GetElapsedTime(began).ShouldBeGreaterThanOrEqualTo(longest);
        }

        (await DemoLogin.Ambiotec.LogsInAsync(house, DemoLogin.Ambiotec.Body("lenta", "clave lenta"))).ShouldBeTrue();
        await costs.RefreshAsync();
        costs.Longest.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public async Task Before_the_server_listens_it_knows_what_to_hide()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        await DemoDatabase.CopyToAsync(Path.Combine(folder, "data"));
        await using (var house = await TestHouse.OpenAsync(new() { Folder = folder }))
        {
            await house.Services.GetRequiredService<UserStore>().AddAsync(new() { Realm = "ambiotec", Username = "lenta", Password = FourApplications.CheapHash("clave lenta", 300_000) });
        }

        await using (var house = await TestHouse.OpenAsync(new() { Folder = folder }))
        {
            house.Services.GetRequiredService<HashCosts>().Longest.ShouldBeGreaterThan(TimeSpan.Zero);
        }

        Directory.Delete(folder, recursive: true);
    }
}
