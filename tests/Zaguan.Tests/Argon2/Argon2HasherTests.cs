using System.Security.Cryptography;
using Zaguan.Argon2;

namespace Zaguan.Tests.Argon2;

public sealed class Argon2HasherTests
{
    private static readonly Argon2Cost Small = new(64, 1, 1);

    public static TheoryData<string> SupportedKernels => [.. Enum.GetValues<Kernel>().Where(Kernels.IsSupported).Select(k => k.ToString())];

    /// <summary>RFC 9106 §5.1 to §5.3.</summary>
    public static TheoryData<Argon2Type, string> Vectors => new()
    {
        { Argon2Type.Argon2d, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb" },
        { Argon2Type.Argon2i, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8" },
        { Argon2Type.Argon2id, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_vectors_of_RFC_9106_hold_on_every_kernel(Argon2Type type, string tag)
    {
        foreach (var kernel in Enum.GetValues<Kernel>().Where(Kernels.IsSupported))
        {
            using var hasher = new Argon2Hasher(kernel);
            var key = new byte[32];
            hasher.DeriveKey(type, new(32, 3, 4), Repeat(1, 32), Repeat(2, 16), key, Repeat(3, 8), Repeat(4, 12));
            Convert.ToHexStringLower(key).ShouldBe(tag, kernel.ToString());
        }
    }

    [Fact]
    public void Memory_that_was_taken_beforehand_is_what_the_hash_uses_and_what_is_given_back_is_taken_anew()
    {
        using var hasher = new Argon2Hasher();
        var (first, second) = (new byte[32], new byte[32]);
        hasher.Prepare(Small);
        var taken = hasher.Memory.ShouldNotBeNull();
        hasher.DeriveKey(Argon2Type.Argon2id, Small, Repeat(1, 8), Repeat(2, 16), first);
        hasher.Memory.ShouldBeSameAs(taken);

        hasher.Dispose();
        hasher.Memory.ShouldBeNull();
        hasher.DeriveKey(Argon2Type.Argon2id, Small, Repeat(1, 8), Repeat(2, 16), second);
        second.ShouldBe(first);
    }

    /// <summary>More of some corners than of others: sizes are drawn so that each order of magnitude is as likely.</summary>
    [Fact]
    public void On_a_thousand_random_inputs_every_kernel_agrees_with_libargon2_and_libsodium()
    {
        var hashers = Enum.GetValues<Kernel>().Where(Kernels.IsSupported).ToDictionary(k => k, k => new Argon2Hasher(k, keptBytes: long.MaxValue));
        var bySodium = 0;
        for (var i = 0; i < 1_000 || bySodium <= 20; i++)
        {
            var input = Input.Draw();
            var (type, cost) = (input.Type, input.Cost);
            var expected = Peers.Reference(type, cost, input.Password, input.Salt, input.KeyBytes, input.Secret, input.AssociatedData);
            if (Peers.SodiumComputes(type, cost, input.Salt, input.KeyBytes, input.Secret, input.AssociatedData))
            {
                bySodium++;
                Peers.Sodium(type, cost, input.Password, input.Salt, input.KeyBytes).ShouldBe(expected, input.ToString());
            }

            foreach (var (kernel, hasher) in hashers)
            {
                var key = new byte[input.KeyBytes];
                hasher.DeriveKey(type, cost, input.Password, input.Salt, key, input.Secret, input.AssociatedData);
                key.ShouldBe(expected, $"{kernel}: {input}");
            }
        }

        foreach (var hasher in hashers.Values)
        {
            hasher.Dispose();
        }
    }

    /// <summary>Bytes that a managed object takes at least, on 64 bits.</summary>
    private const int SmallestObject = 24;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_hasher_computes_one_cost_after_another(bool wipesLater)
    {
        using var hasher = new Argon2Hasher { WipesLater = wipesLater };
        foreach (var cost in new[] { Small, new(1_024, 2, 2), Small, new(8, 1, 1), new(4_096, 1, 4), Small })
        {
            var key = new byte[32];
            hasher.DeriveKey(Argon2Type.Argon2id, cost, "clave"u8, "sal sal sal sal"u8, key);
            key.ShouldBe(Peers.Reference(Argon2Type.Argon2id, cost, "clave"u8.ToArray(), "sal sal sal sal"u8.ToArray(), 32, [], []));
        }
    }

    [Theory]
    [MemberData(nameof(SupportedKernels))]
    public void No_hash_allocates(string kernel)
    {
        using var hasher = new Argon2Hasher(Enum.Parse<Kernel>(kernel));
        var key = new byte[100];
        hasher.DeriveKey(Argon2Type.Argon2id, Small, "clave"u8, "sal sal sal sal"u8, key);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            hasher.DeriveKey(Argon2Type.Argon2id, Small, "clave"u8, "sal sal sal sal"u8, key);
        }

        // The runtime allocates a few bytes of its own now and then, on whichever thread; a hash that allocated would do so a hundred times.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100 * SmallestObject);
    }

    [Theory]
    [MemberData(nameof(SupportedKernels))]
    public void Nothing_of_a_hash_is_left_in_memory(string kernel)
    {
        using var hasher = new Argon2Hasher(Enum.Parse<Kernel>(kernel));
        var cost = new Argon2Cost(1_000, 1, 2);
        hasher.DeriveKey(Argon2Type.Argon2id, cost, "clave"u8, "sal sal sal sal"u8, new byte[32]);

        Touched(hasher, cost).IndexOfAnyExcept((byte)0).ShouldBe(-1);
    }

    [Fact]
    public void What_may_be_wiped_later_stays_until_it_is_wiped_and_then_nothing_is_left_of_any_hash()
    {
        using var hasher = new Argon2Hasher { WipesLater = true };
        var large = new Argon2Cost(1_000, 1, 2);
        hasher.DeriveKey(Argon2Type.Argon2id, large, "clave"u8, "sal sal sal sal"u8, new byte[32]);
        hasher.DeriveKey(Argon2Type.Argon2id, Small, "clave"u8, "sal sal sal sal"u8, new byte[32]);
        Touched(hasher, large).IndexOfAnyExcept((byte)0).ShouldNotBe(-1);

        hasher.Wipe();

        Touched(hasher, large).IndexOfAnyExcept((byte)0).ShouldBe(-1);
    }

    /// <summary>What lies behind, no hash of this cost touches: it is as the system gave it.</summary>
    private static unsafe ReadOnlySpan<byte> Touched(Argon2Hasher hasher, Argon2Cost cost) =>
        new(hasher.Memory.ShouldNotBeNull().Start, (int)(cost.MemoryBytes + (Filling.ExtraBlocks * Block.Bytes)));

    [Fact]
    public void More_memory_than_is_kept_is_given_back()
    {
        using var hasher = new Argon2Hasher(keptBytes: 8 << 20);

        hasher.DeriveKey(Argon2Type.Argon2id, new(16_384, 1, 1), "clave"u8, "sal sal sal sal"u8, new byte[32]);
        hasher.Memory.ShouldBeNull();

        hasher.DeriveKey(Argon2Type.Argon2id, Small, "clave"u8, "sal sal sal sal"u8, new byte[32]);
        hasher.Memory.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(19_456)]
    [InlineData(47_104)]
    [InlineData(65_536)]
    public void Memory_of_usual_costs_is_kept(int memoryKiB)
    {
        using var hasher = new Argon2Hasher();

        hasher.DeriveKey(Argon2Type.Argon2id, new(memoryKiB, 1, 1), "clave"u8, "sal sal sal sal"u8, new byte[32]);

        hasher.Memory.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(7, 1, 1, "needs at least 8 KiB")]
    [InlineData(31, 1, 4, "needs at least 32 KiB")]
    [InlineData(64, 0, 1, "at least one pass")]
    [InlineData(64, 1, 0, "lanes")]
    [InlineData(int.MaxValue, 1, 0x100_0000, "lanes")]
    public void A_cost_outside_the_RFC_is_refused(int memory, int passes, int lanes, string sentence)
    {
        using var hasher = new Argon2Hasher();

        Should.Throw<ArgumentException>(() => hasher.DeriveKey(Argon2Type.Argon2id, new(memory, passes, lanes), "clave"u8, "sal"u8, new byte[32])).Message.ShouldContain(sentence);
    }

    [Fact]
    public void A_key_of_three_bytes_and_a_type_that_there_is_not_are_refused()
    {
        using var hasher = new Argon2Hasher();

        Should.Throw<ArgumentOutOfRangeException>(() => hasher.DeriveKey(Argon2Type.Argon2id, Small, "clave"u8, "sal"u8, new byte[3]));
        Should.Throw<ArgumentOutOfRangeException>(() => hasher.DeriveKey((Argon2Type)3, Small, "clave"u8, "sal"u8, new byte[32]));
    }

    private static byte[] Repeat(byte value, int count) => [.. Enumerable.Repeat(value, count)];

    private sealed record Input(Argon2Type Type, Argon2Cost Cost, byte[] Password, byte[] Salt, int KeyBytes, byte[] Secret, byte[] AssociatedData)
    {
        public static Input Draw()
        {
            var lanes = Number(1, 4);
            var least = 8.0 * lanes;
            // Each order of magnitude as likely as the others, up to 16 MiB.
            var memory = least * Math.Pow(16_384 / least, Number(0, 1_000_000) / 1e6);
            var hasMore = Coin();
            return new((Argon2Type)Number(0, 2), new((int)memory, Number(1, 4), lanes), Bytes(0, 200), Coin() ? Bytes(16, 16) : Bytes(8, 40),
                Coin() ? 32 : Number(4, 200), hasMore ? Bytes(0, 40) : [], hasMore ? Bytes(0, 40) : []);
        }

        public override string ToString() =>
            $"{Type} {Cost} key of {KeyBytes} from {Convert.ToHexString(Password)}, {Convert.ToHexString(Salt)}, {Convert.ToHexString(Secret)}, {Convert.ToHexString(AssociatedData)}";

        private static int Number(int least, int most) => RandomNumberGenerator.GetInt32(least, most + 1);

        private static bool Coin() => Number(0, 1) == 0;

        private static byte[] Bytes(int least, int most) => RandomNumberGenerator.GetBytes(Number(least, most));
    }
}
