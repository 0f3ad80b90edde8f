using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Zaguan.Argon2;

/// <summary>What compresses blocks, by the registers that it uses.</summary>
internal enum Kernel
{
    Portable,
    Vector128,
    Avx2,
    Avx512,
}

internal static class Kernels
{
    /// <summary>The fastest that this processor runs.</summary>
    public static Kernel Best { get; } = Enum.GetValues<Kernel>().Last(IsSupported);

    public static bool IsSupported(Kernel kernel) => kernel switch
    {
        Kernel.Portable => true,
        Kernel.Vector128 => KernelVector128.IsSupported,
        Kernel.Avx2 => Avx2.IsSupported,
        Kernel.Avx512 => Avx512F.IsSupported && Vector512.IsHardwareAccelerated,
    };
}

/// <summary>Fills a run of blocks: each becomes G(the block before it, its reference), and from the second pass on G ⊕ what it was.</summary>
internal interface IKernel
{
    static abstract void Fill(in BlockRun run);
}
