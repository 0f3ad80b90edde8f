using Zaguan.AspNetCore;
using Zaguan.AspNetCore.Revocations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.AspNetCore;

/// <summary>What is revoked at Zaguan is refused here; and what becomes of tokens while nobody can say what is.</summary>
public sealed class RevocationFeedTests
{
    private static readonly long Until = DateTimeOffset.UnixEpoch.AddYears(200).ToUnixTimeSeconds();

    /// <summary>What is answered instead of a page.</summary>
    public static TheoryData<string, string> Nonsense => new()
    {
        { "no JSON", "<html>" },
        { "no page", "[]" },
        { "no last", """{"revocations":[]}""" },
        { "no list", """{"last":1,"revocations":null}""" },
        { "a hole", """{"last":1,"revocations":[null]}""" },
        { "less than nothing", """{"last":-1,"revocations":[]}""" },
        { "no way on", """{"last":0,"revocations":[{"number":0,"session":"s","until":1}]}""" },
        { "too many", $$"""{"last":1001,"revocations":[{{string.Join(',', Enumerable.Range(1, 1_001).Select(i => $$"""{"number":{{i}},"session":"s{{i}}","until":1}"""))}}]}""" },
        { "too long", $$"""{"last":0,"revocations":[{{new string(' ', RevocationFeed.LargestPage)}}]}""" },
    };

    [Fact]
    public async Task What_is_revoked_is_401_within_two_seconds_and_nothing_else_is()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan));
        string[] tokens = [BackEnd.Token("ana", "\"jti\":\"s1\""), BackEnd.Token("ana", "\"jti\":\"s2\""), BackEnd.Token("eva", "\"jti\":\"s3\""), BackEnd.Token("eva")];
        (await StatusesAsync()).ShouldBe([200, 200, 200, 200]);

        zaguan.Revoke(Session("s1"));
        await BecomesAsync([401, 200, 200, 200]);
        zaguan.Revoke(new Revocation { Number = 0, Claim = "unique_name", Value = "ana", IssuedBefore = Until });
        await BecomesAsync([401, 401, 200, 200]);
        zaguan.Revoke(new Revocation { Number = 0, IssuedBefore = Until });
        await BecomesAsync([401, 401, 401, 401]);
        backEnd.Log.All.ShouldContain(l => l.StartsWith("Information 2001 ", StringComparison.Ordinal) && l.Contains("Revoked", StringComparison.Ordinal));

        async Task<int[]> StatusesAsync() => [.. (await Task.WhenAll(tokens.Select(t => backEnd.GetAsync(BackEnd.Closed, t)))).Select(a => a.Status)];

        Task BecomesAsync(int[] statuses) => Eventually.BecomesTrueAsync(async () => (await StatusesAsync()).SequenceEqual(statuses), string.Join(' ', statuses), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Everything_that_was_revoked_before_is_known_before_the_first_request()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Revoke([.. Enumerable.Range(1, 2_500).Select(i => Session($"s{i}"))]);
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan));

        foreach (var (session, status) in new[] { ("s1", 401), ("s1000", 401), ("s1001", 401), ("s2500", 401), ("s2501", 200) })
        {
            (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: $"\"jti\":\"{session}\""))).Status.ShouldBe(status, session);
        }

        (await backEnd.HealthAsync()).ShouldContain("Revocations are known, as of 2");
    }

    [Fact]
    public async Task It_asks_after_what_it_knows_and_not_longer_than_its_knowledge_may_age()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Revoke(Session("s1"), Session("s2"));
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan, z => z.RevocationsMayBeOld = TimeSpan.FromSeconds(30)));

        await Eventually.BecomesTrueAsync(() => zaguan.LastQuestion is "?after=2&wait=15", "the long question");
    }

    [Fact]
    public async Task Who_has_never_heard_of_revocations_fails_closed_with_503_and_takes_no_wrong_token_for_a_doubtful_one()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Status = 500;
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan));

        var answer = await backEnd.GetAsync(BackEnd.Open, BackEnd.Token());
        answer.Line.ShouldBe("503 ");
        answer.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        answer.Headers.WwwAuthenticate.ShouldBeEmpty();
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("503 ");
        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token(secret: "la llave de un extraño, que nadie conoce aquí"))).Line.ShouldBe("401 ");
        (await backEnd.GetAsync(BackEnd.Open)).Line.ShouldBe($"200 {BackEnd.Nobody}");
        (await backEnd.HealthAsync()).ShouldMatch("^Unhealthy: .*Revocations are unknown since the start: .* answered 500\\. This fails closed");

        zaguan.Status = null;
        await Eventually.BecomesTrueAsync(async () => (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Status == 200, "the revocations are known");
    }

    [Fact]
    public async Task Where_it_shall_fail_open_tokens_are_good_and_what_was_known_to_be_revoked_stays_refused()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Revoke(Session("s1"));
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan, z => z.WhenRevocationsAreUnknown = WhenRevocationsAreUnknown.AcceptTokens), clock);

        zaguan.Status = 500;
        clock.Advance(TimeSpan.FromSeconds(11));
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"jti\":\"s2\"", clock: clock))).Line.ShouldBe("200 admin");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"jti\":\"s1\"", clock: clock))).Line.ShouldBe("401 ");
        (await backEnd.HealthAsync()).ShouldMatch("^Degraded: .*Revocations are unknown since 2026-03-01 .* This fails open");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Silence_is_believed_for_as_long_as_said_and_then_nothing_is_known_until_Zaguan_is_back(bool hangs)
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan), clock);
        (zaguan.IsSilent, zaguan.Status) = (hangs, 500);

        clock.Advance(TimeSpan.FromSeconds(10));
        (await GetAsync()).ShouldBe(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        (await GetAsync()).ShouldBe(503);

        (zaguan.IsSilent, zaguan.Status) = (false, null);
        zaguan.Revoke(Session("s2"));
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                // The question that hangs is given up, and the pause before the next passes.
                clock.Advance(TimeSpan.FromSeconds(2));
                return await GetAsync() == 200;
            },
            "it hears again");
        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"jti\":\"s2\"", clock: clock))).Status.ShouldBe(401);

        async Task<int> GetAsync() => (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"jti\":\"s1\"", clock: clock))).Status;
    }

    [Fact]
    public async Task A_key_that_Zaguan_refuses_is_an_error_in_the_log_without_the_key_and_nothing_is_known()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan, z => z.BackEndKey = "una-llave-equivocada"));

        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token())).Status.ShouldBe(503);
        var asked = zaguan.FeedAsked;
        await Eventually.BecomesTrueAsync(() => zaguan.FeedAsked > asked + 1, "it tries again");
        backEnd.Log.All.Count(l => l.StartsWith("Error 2203 ", StringComparison.Ordinal) || l.StartsWith("Error 2202 ", StringComparison.Ordinal)).ShouldBe(1);
        backEnd.Log.All.ShouldAllBe(l => !l.Contains("equivocada", StringComparison.Ordinal));
        (await backEnd.HealthAsync()).ShouldContain("refuses the BackEndKey");
    }

    [Fact]
    public async Task A_list_that_began_anew_is_read_from_the_beginning_and_what_was_revoked_stays_so()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Revoke(Session("s1"), Session("s2"), Session("s3"));
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan));
        (await GetAsync("s1")).ShouldBe(401);

        zaguan.BeginAnew(Session("s4"));
        await Eventually.BecomesTrueAsync(async () => await GetAsync("s4") == 401, "the new list is read");
        (await GetAsync("s1")).ShouldBe(401);

        async Task<int> GetAsync(string session) => (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: $"\"jti\":\"{session}\""))).Status;
    }

    [Fact]
    public async Task The_old_list_stays_in_force_while_the_new_one_cannot_be_read()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Revoke(Session("s1"), Session("s2"));
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan));

        // Smaller than 2, and never whole: the same page comes again and does not lead on.
        zaguan.Page = """{"last":1,"revocations":[{"number":1,"session":"s4","until":99999999999}]}""";
        zaguan.Revoke(Session("s3"));
        await Eventually.BecomesTrueAsync(() => backEnd.Log.All.Any(l => l.StartsWith("Warning 2201 ", StringComparison.Ordinal)), "it gives up for now");

        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(more: "\"jti\":\"s1\""))).Status.ShouldBe(401);
        backEnd.Log.All.Count(l => l.StartsWith("Warning 2204 ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_is_no_page_and_what_follows_it_is_taken(string what, string page)
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        zaguan.Page = page;
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan));

        (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token())).Status.ShouldBe(503, what);
        zaguan.Page = null;
        await Eventually.BecomesTrueAsync(async () => (await backEnd.GetAsync(BackEnd.Open, BackEnd.Token())).Status == 200, what);
    }

    [Fact]
    public async Task On_a_day_on_which_every_answer_brings_something_everything_stays_known()
    {
        var clock = new ManualClock();
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var backEnd = await BackEnd.StartAsync(Follow(zaguan), clock);

        for (var i = 1; i <= 20; i++)
        {
            zaguan.Revoke(Session($"s{i}"));
            var token = BackEnd.Token(more: $"\"jti\":\"s{i}\"", clock: clock);
            await Eventually.BecomesTrueAsync(async () => (await backEnd.GetAsync(BackEnd.Closed, token)).Status == 401, $"s{i} is revoked");
            clock.Advance(TimeSpan.FromSeconds(1));
            (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token(clock: clock))).Status.ShouldBe(200);
        }
    }

    [Fact]
    public async Task Without_a_key_revocations_are_not_asked_for_and_the_health_check_says_so()
    {
        await using var zaguan = await FakeZaguan.StartAsync();
        await using var backEnd = await BackEnd.StartAsync(z => z.Address = zaguan.Address);

        (await backEnd.GetAsync(BackEnd.Closed, BackEnd.Token())).Line.ShouldBe("200 admin");
        (await backEnd.HealthAsync()).ShouldBe("Healthy: The published keys are known. Revocations are not followed: there is no BackEndKey, and a revoked token is good until it expires.");
        zaguan.FeedAsked.ShouldBe(0);
    }

    private static Action<ZaguanOptions> Follow(FakeZaguan zaguan, Action<ZaguanOptions>? more = null) => options =>
    {
        (options.Address, options.BackEndKey) = (zaguan.Address, FakeZaguan.BackEndKey);
        more?.Invoke(options);
    };

    private static Revocation Session(string id) => new() { Number = 0, Session = id, Until = Until };
}
