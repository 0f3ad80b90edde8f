using Microsoft.Extensions.DependencyInjection;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Operations;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Tests.House;

namespace Zaguan.Tests.Passwords;

/// <summary>What a guess leaves in the working memory of a hash would let other guesses be tried without that memory.</summary>
[Collection("Nobody else computes")]
public sealed class WipedMemoryTests
{
    [Fact]
    public async Task Nothing_of_a_guess_is_left_in_memory_while_no_other_follows()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is read from /proc/self/mem.");
        await using var house = await TestHouse.OpenAsync();
        // Memory that is given back is not there to be looked at.
        using var gate = new HashGate(new(), house.Services.GetRequiredService<HashCosts>(), house.Services.GetRequiredService<Telemetry>(), keepsMemoryFor: Timeout.InfiniteTimeSpan);
        using var password = Secret.FromText("contrasena");
        var (stored, left) = Leave(password);
        ProcessMemory.Copies(left).ShouldBe(0, "the hasher that left it is gone");

        (await gate.VerifyAsync(Senders.Somebody, password, stored)).ShouldBe(new Verification(true, null));

        await Eventually.BecomesTrueAsync(() => ProcessMemory.Copies(left) == 0, "the thread that verified has wiped its memory");
    }

    /// <summary>A hash, and what its last pass leaves in the middle of the memory, veiled.</summary>
    private static unsafe (string Stored, byte[] Left) Leave(Secret password)
    {
        using var hasher = new Argon2Hasher { WipesLater = true };
        var cost = Argon2Cost.Recommended;
        var (salt, key) = ("dieciséis bytes"u8.ToArray(), new byte[32]);
        hasher.DeriveKey(Argon2Type.Argon2id, cost, password.Reveal(), salt, key);
        var middle = (byte*)hasher.Memory.ShouldNotBeNull().Start + (cost.MemoryBytes / 2);
        var left = new byte[40];
        for (var i = 0; i < left.Length; i++)
        {
            left[i] = (byte)(middle[i] ^ ProcessMemory.Veil);
        }

        ProcessMemory.Copies(left).ShouldBe(1);
        return (PhcFormats.Format(Argon2Type.Argon2id, cost, salt, key), left);
    }
}
