using System.Runtime.InteropServices;

namespace Zaguan.Argon2;

/// <summary>Native memory that is kept from one hash to the next: fresh pages from the system would cost more than the hashing.</summary>
/// <remarks>In huge pages where Linux gives them (transparent huge pages not "never"): a block anywhere then costs no walk through page tables.</remarks>
internal sealed unsafe partial class WorkingMemory : SafeHandle
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    public WorkingMemory(nuint bytes)
        : base(0, ownsHandle: true)
    {
        Bytes = (bytes + HugePage - 1) & ~(HugePage - 1);
        SetHandle((nint)NativeMemory.AlignedAlloc(Bytes, HugePage));
        if (OperatingSystem.IsLinux())
        {
            // Advice: where it is not taken, the pages are small and everything works.
            _ = Advise(Start, Bytes, AdviseHugePages);
        }
    }

    public override bool IsInvalid => handle == 0;

    public ulong* Start => (ulong*)handle;

    public nuint Bytes { get; }

    /// <summary>Leaves nothing of the first <paramref name="bytes"/>.</summary>
    public void Wipe(nuint bytes) => NativeMemory.Clear(Start, bytes);

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree(Start);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
