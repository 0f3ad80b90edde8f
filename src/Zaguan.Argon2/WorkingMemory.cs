using System.Runtime.InteropServices;

namespace Zaguan.Argon2;

/// <summary>Native memory that is kept from one hash to the next: fresh pages from the system would cost more than the hashing.</summary>
/// <remarks>In huge pages where Linux gives them (transparent huge pages not "never"): a random block then costs no walk through page tables.</remarks>
internal sealed unsafe partial class WorkingMemory : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    public WorkingMemory(nuint bytes)
    {
        Bytes = (bytes + HugePage - 1) & ~(HugePage - 1);
        Start = (ulong*)NativeMemory.AlignedAlloc(Bytes, HugePage);
        if (OperatingSystem.IsLinux())
        {
            // Advice: where it is not taken, the pages are small and everything works.
            _ = Advise(Start, Bytes, AdviseHugePages);
        }
    }

    ~WorkingMemory() => NativeMemory.AlignedFree(Start);

    public ulong* Start { get; private set; }

    public nuint Bytes { get; }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Start);
        Start = null;
        GC.SuppressFinalize(this);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
