using System.Text;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Zaguan.Operations;
using Zaguan.Tests.House;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tests.Tokens.Keys;

/// <summary>A key is published, signs, retires, and goes when nobody needs it any more.</summary>
public sealed class KeyLifeTests : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly string folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
    private readonly ManualClock clock = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_key_is_published_before_it_signs_and_kept_until_its_last_token_has_expired()
    {
        await using var house = await OwnKeysHouse.OpenAsync(clock, more: ("Keys:RotateEvery", "1d"));
        var first = OwnKeysHouse.KidOf(await OwnKeysHouse.LogInAsync(house));
        (await OwnKeysHouse.KidsAsync(house)).ShouldBe([first]);

        clock.Advance(TimeSpan.FromDays(1) - SigningKeys.PublishedBefore - Look);
        clock.Advance(Look);
        await Eventually.BecomesTrueAsync(async () => (await OwnKeysHouse.KidsAsync(house)).Count == 2, "the next key is published");
        var last = await OwnKeysHouse.LogInAsync(house);
        OwnKeysHouse.KidOf(last).ShouldBe(first);

        clock.Advance(SigningKeys.PublishedBefore);
        var second = OwnKeysHouse.KidOf(await OwnKeysHouse.LogInAsync(house));
        (await OwnKeysHouse.KidsAsync(house)).ShouldBe([first, second]);
        (await OwnKeysHouse.AcceptsAsync(house, last)).ShouldBeTrue("a key that signs no more is still believed");

        // The last token is good for 8 hours; then the next housekeeping comes by.
        clock.Advance(TimeSpan.FromHours(7));
        await house.Services.GetRequiredService<KeyStore>().ForgetAsync(clock.GetUtcNow());
        (await house.Services.GetRequiredService<KeyStore>().ReadAsync()).Count.ShouldBe(2);

        clock.Advance(TimeSpan.FromHours(1));
        await Eventually.BecomesTrueAsync(async () => { clock.Advance(Look); return (await OwnKeysHouse.KidsAsync(house)).SequenceEqual([second], StringComparer.Ordinal); }, "the first key is gone");
        (await OwnKeysHouse.AcceptsAsync(house, last)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_retired_key_is_kept_for_the_tokens_that_it_signed_whatever_the_lifetime_is_now()
    {
        await using var node = new Node(folder, clock);
        await node.Keys.KeepAsync();
        await node.Keys.RotateAsync();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await node.Database.WriteAsync(db => db.ExecuteAsync(
            """
            INSERT INTO realms (name) VALUES ('r');
            INSERT INTO users (realm, number, id, username, username_key, active, created_at) VALUES ('r', 1, '1', 'u', 'U', true, 0);
            INSERT INTO sessions (id, application, user_key, access_id, opened_at, expires_at) VALUES ('s', 'clinica', (SELECT key FROM users WHERE realm = 'r'), 1, @now, @expires)
            """,
            new { now, expires = now + (long)TimeSpan.FromDays(20).TotalMilliseconds }));

        (await node.Store.ForgetAsync(clock.GetUtcNow().AddDays(19))).ShouldBe(0);
        (await node.Store.ForgetAsync(clock.GetUtcNow().AddDays(20))).ShouldBe(1);
        (await node.Store.ReadAsync()).ShouldHaveSingleItem().Number.ShouldBe(2);
        (await node.Store.ForgetAsync(clock.GetUtcNow().AddYears(20))).ShouldBe(0, "the key that signs is never forgotten");
    }

    [Fact]
    public async Task Nodes_that_start_at_once_agree_on_one_key_and_one_master_key()
    {
        var nodes = Enumerable.Range(0, 6).Select(_ => new Node(folder, clock)).ToList();

        await Task.WhenAll(nodes.Select(n => Task.Run(n.Keys.KeepAsync)));

        var kid = (await nodes[0].Store.ReadAsync()).ShouldHaveSingleItem().Kid;
        nodes.ShouldAllBe(n => n.Kids.Single() == kid);
        Directory.GetFiles(Path.Combine(folder, "data", "secrets")).Select(Path.GetFileName).ShouldBe(["master.key"]);
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Nodes_that_find_it_time_at_once_rotate_once()
    {
        await using var one = new Node(folder, clock);
        await using var other = new Node(folder, clock);
        await Task.WhenAll(one.Keys.KeepAsync(), other.Keys.KeepAsync());
        clock.Advance(TimeSpan.FromDays(90));

        await Task.WhenAll(Enumerable.Range(0, 4).SelectMany(_ => new[] { Task.Run(one.Keys.KeepAsync), Task.Run(other.Keys.KeepAsync) }));

        (await one.Store.ReadAsync()).Select(k => k.Number).ShouldBe([1, 2]);
        other.Kids.ShouldBe(one.Kids);
        (await Task.WhenAll(one.Keys.RotateAsync(), other.Keys.RotateAsync())).ShouldBe([false, false], "one waits already");
        clock.Advance(SigningKeys.PublishedBefore);
        (await Task.WhenAll(Task.Run(one.Keys.RotateAsync), Task.Run(other.Keys.RotateAsync))).ShouldBe([true, false], ignoreOrder: true);
    }

    [Fact]
    public async Task A_node_that_slept_through_rotations_does_not_give_an_old_number_again()
    {
        await using var awake = new Node(folder, clock);
        await using var asleep = new Node(folder, clock);
        await awake.Keys.KeepAsync();
        await asleep.Keys.KeepAsync();
        var stale = (await asleep.Store.ReadAsync())[0];
        for (var i = 0; i < 3; i++)
        {
            (await awake.Keys.RotateAsync()).ShouldBeTrue();
            clock.Advance(TimeSpan.FromDays(1));
            await awake.Store.ForgetAsync(clock.GetUtcNow());
        }

        (await asleep.Store.AddAsync(stale with { Number = 2, Kid = "x", CreatedAt = clock.GetUtcNow().ToUnixTimeMilliseconds() })).ShouldBeFalse();
        (await awake.Store.ReadAsync()).ShouldHaveSingleItem().Number.ShouldBe(4);
    }

    [Fact]
    public async Task There_are_never_more_keys_than_everybody_can_read()
    {
        await using var node = new Node(folder, clock, ("Keys:RotateEvery", "1d"));
        await node.Keys.KeepAsync();
        var (key, now) = ((await node.Store.ReadAsync())[0], clock.GetUtcNow().ToUnixTimeMilliseconds());
        for (var number = 2; number <= KeyStore.Most; number++)
        {
            (await node.Store.AddAsync(key with { Number = number, Kid = $"{number}", CreatedAt = now, SignsFrom = now })).ShouldBeTrue();
        }

        (await node.Store.AddAsync(key with { Number = KeyStore.Most + 1, Kid = "x", CreatedAt = now, SignsFrom = now })).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_node_takes_up_a_key_within_a_look()
    {
        await using var house = await OwnKeysHouse.OpenAsync(clock, folder);
        await using var node = new Node(folder, clock);
        (await node.Keys.RotateAsync()).ShouldBeTrue();

        clock.Advance(Look);

        await Eventually.BecomesTrueAsync(async () => (await OwnKeysHouse.KidsAsync(house)).SequenceEqual(node.Kids, StringComparer.Ordinal), "the key is known");
    }

    [Fact]
    public async Task An_unknown_kid_makes_a_node_look_once()
    {
        // The other node's clock stands still: its timers do not fire.
        await using var other = await OwnKeysHouse.OpenAsync(new ManualClock(), folder);
        await using var house = await OwnKeysHouse.OpenAsync(clock, folder);
        (await house.Services.GetRequiredService<SigningKeys>().RotateAsync()).ShouldBeTrue();
        clock.Advance(SigningKeys.PublishedBefore);
        var token = await OwnKeysHouse.LogInAsync(house);
        (await OwnKeysHouse.KidsAsync(other)).ShouldNotContain(OwnKeysHouse.KidOf(token));

        (await OwnKeysHouse.AcceptsAsync(other, token)).ShouldBeTrue();

        (await OwnKeysHouse.KidsAsync(other)).ShouldContain(OwnKeysHouse.KidOf(token));
    }

    [Fact]
    public async Task A_flood_of_unknown_kids_costs_one_look_a_second()
    {
        await using var node = new Node(folder, clock);
        await node.Keys.KeepAsync();

        for (var second = 1; second <= 3; second++)
        {
            var looks = Enumerable.Range(0, 10_000).Select(_ => node.Keys.LookAsync()).ToHashSet();
            await Task.WhenAll(looks);
            looks.Add(node.Keys.LookAsync());
            looks.Count.ShouldBe(1, "whoever comes within the second shares the look");
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_token_of_an_unknown_key_is_refused_and_the_known_ones_stay_good()
    {
        await using var house = await OwnKeysHouse.OpenAsync();
        var token = await OwnKeysHouse.LogInAsync(house);
        var parts = token.Split('.');
        foreach (var kid in new[] { "x", "../../etc/passwd", "' OR '1'='1", new string('k', 4_000), "" })
        {
            var header = Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"alg":"ES256","kid":"{{kid}}","typ":"JWT"}""")).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            (await OwnKeysHouse.AcceptsAsync(house, $"{header}.{parts[1]}.{parts[2]}")).ShouldBeFalse(kid);
        }

        (await OwnKeysHouse.AcceptsAsync(house, token)).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_is_made_where_no_application_signs_with_an_own_key()
    {
        await using var house = await FourApplications.OpenAsync(options: new() { Clock = clock });
        clock.Advance(TimeSpan.FromDays(100));

        (await house.Services.GetRequiredService<KeyStore>().ReadAsync()).ShouldBeEmpty();
        File.Exists(house.Services.GetRequiredService<Setup>().MasterKeyFile).ShouldBeFalse();
        (await OwnKeysHouse.KidsAsync(house)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Keys_outlive_a_restart()
    {
        string token;
        await using (var house = await OwnKeysHouse.OpenAsync(folder: folder))
        {
            token = await OwnKeysHouse.LogInAsync(house);
        }

        await using var again = await OwnKeysHouse.OpenAsync(folder: folder);
        (await OwnKeysHouse.AcceptsAsync(again, token)).ShouldBeTrue();
        OwnKeysHouse.KidOf(await OwnKeysHouse.LogInAsync(again)).ShouldBe(OwnKeysHouse.KidOf(token));
    }

    [Fact]
    public async Task Keys_and_master_key_that_are_deleted_are_made_anew_at_the_next_start()
    {
        await using (var node = new Node(folder, clock))
        {
            await node.Keys.KeepAsync();
            await node.Database.WriteAsync(db => db.ExecuteAsync("DELETE FROM signing_keys"));
            File.Delete(node.Setup.MasterKeyFile);
        }

        await using var again = new Node(folder, clock);
        await again.Keys.KeepAsync();
        again.Kids.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_database_that_stays_away_leaves_the_known_keys_at_work()
    {
        await using var house = await OwnKeysHouse.OpenAsync(clock);
        var kids = await OwnKeysHouse.KidsAsync(house);
        await house.TakeDatabaseAwayAsync();

        clock.Advance(Look);

        await Eventually.BecomesTrueAsync(() => house.Log.All.Any(l => l.StartsWith("Error 1622 ", StringComparison.Ordinal)), "the log says it");
        (await OwnKeysHouse.KidsAsync(house)).ShouldBe(kids);
        await house.BringDatabaseBackAsync();
    }
}
