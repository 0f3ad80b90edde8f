using Zaguan.AspNetCore.Jws;
using Zaguan.AspNetCore.Revocations;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Tokens;

/// <summary>What is kept of tokens in memory is bounded, and goes when it is of no use.</summary>
[Trait("Database", TestDatabase.FileOnly)]
public sealed class TokenMemoryTests
{
    private static TokenClaims Claims(string json) => TokenClaims.Read(System.Text.Encoding.UTF8.GetBytes(json), out _).ShouldNotBeNull();

    [Fact]
    public void The_oldest_tokens_are_forgotten_and_one_that_is_asked_for_stays()
    {
        var memory = new TokenMemory(most: 100);
        var claims = Claims("{}");
        var often = TokenFingerprint.Of("a menudo");
        memory.Keep(often, claims);
        for (var i = 0; i < 1_000; i++)
        {
            memory.Keep(TokenFingerprint.Of($"token {i}"), claims);
            memory.Find(often).ShouldNotBeNull();
        }

        Enumerable.Range(0, 1_000).Count(i => memory.Find(TokenFingerprint.Of($"token {i}")) is not null).ShouldBeInRange(1, 100);
        memory.Find(TokenFingerprint.Of("token 0")).ShouldBeNull();
    }

    [Fact]
    public void A_memory_of_nothing_remembers_nothing()
    {
        var memory = new TokenMemory(most: 0);
        memory.Keep(TokenFingerprint.Of("uno"), Claims("{}"));
        memory.Find(TokenFingerprint.Of("uno")).ShouldBeNull();
    }

    [Fact]
    public void A_revoked_session_is_forgotten_when_its_token_has_expired_and_no_sooner()
    {
        var clock = new ManualClock();
        var list = new RevocationList();
        var expiry = clock.GetUtcNow().ToUnixTimeSeconds() + 10;
        list.Apply(new() { Number = 1, Session = "s", Until = expiry });
        list.Apply(new() { Number = 2, Claim = "unique_name", Value = "ana", IssuedBefore = expiry });

        list.Forget(clock.GetUtcNow());
        list.Covers("s", opened: expiry).ShouldBeTrue();
        list.Forget(clock.GetUtcNow().AddSeconds(10));
        list.Covers("s", opened: expiry).ShouldBeFalse();

        // By user it is for good: nobody knows how long the old system's tokens last.
        list.Covers(Claims("""{"unique_name":"Ana ","iat":5}""")).ShouldBeTrue();
        list.Covers(Claims($$"""{"unique_name":"ana","iat":{{expiry}}}""")).ShouldBeFalse();
    }
}
