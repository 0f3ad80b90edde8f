using System.Runtime.InteropServices;
using Zaguan.Argon2;

namespace Zaguan.Tests.Argon2;

/// <summary>The two independent implementations that ours is compared with, from Debian's packages.</summary>
internal static unsafe partial class Peers
{
    private const uint Version = 0x13;
    private const int SodiumSaltBytes = 16;

    /// <summary>libargon2, the reference implementation.</summary>
    public static byte[] Reference(Argon2Type type, Argon2Cost cost, byte[] password, byte[] salt, int keyBytes, byte[] secret, byte[] associatedData)
    {
        var key = new byte[keyBytes];
        fixed (byte* k = key, p = password, s = salt, c = secret, a = associatedData)
        {
            var context = new Context
            {
                Key = k,
                KeyBytes = (uint)key.Length,
                Password = p,
                PasswordBytes = (uint)password.Length,
                Salt = s,
                SaltBytes = (uint)salt.Length,
                Secret = c,
                SecretBytes = (uint)secret.Length,
                AssociatedData = a,
                AssociatedDataBytes = (uint)associatedData.Length,
                Passes = (uint)cost.Passes,
                MemoryKiB = (uint)cost.MemoryKiB,
                Lanes = (uint)cost.Lanes,
                Threads = 1,
                Version = Version,
            };
            argon2_ctx(&context, (int)type).ShouldBe(0);
        }

        return key;
    }

    /// <summary>Whether libsodium computes such a hash: one lane, 16 bytes of salt, no secret, no argon2d, and argon2i from three passes on.</summary>
    public static bool SodiumComputes(Argon2Type type, Argon2Cost cost, byte[] salt, int keyBytes, byte[] secret, byte[] associatedData) =>
        cost.Lanes == 1 && salt.Length == SodiumSaltBytes && keyBytes >= 16 && secret.Length == 0 && associatedData.Length == 0
        && (type == Argon2Type.Argon2id || (type == Argon2Type.Argon2i && cost.Passes >= 3));

    public static byte[] Sodium(Argon2Type type, Argon2Cost cost, byte[] password, byte[] salt, int keyBytes)
    {
        var key = new byte[keyBytes];
        fixed (byte* k = key, p = password, s = salt)
        {
            crypto_pwhash(k, (ulong)keyBytes, p, (ulong)password.Length, s, (ulong)cost.Passes, (nuint)cost.MemoryKiB * 1024, (int)type).ShouldBe(0);
        }

        return key;
    }

    [LibraryImport("libargon2.so.1")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int argon2_ctx(Context* context, int type);

    [LibraryImport("libsodium.so.23")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int crypto_pwhash(byte* key, ulong keyBytes, byte* password, ulong passwordBytes, byte* salt, ulong passes, nuint memoryBytes, int type);

    /// <summary>argon2_context of libargon2's argon2.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Context
    {
        public byte* Key;
        public uint KeyBytes;
        public byte* Password;
        public uint PasswordBytes;
        public byte* Salt;
        public uint SaltBytes;
        public byte* Secret;
        public uint SecretBytes;
        public byte* AssociatedData;
        public uint AssociatedDataBytes;
        public uint Passes, MemoryKiB, Lanes, Threads, Version;
        public nint Allocate, Free;
        public uint Flags;
    }
}
