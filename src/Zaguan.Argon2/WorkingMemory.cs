using System.Runtime.InteropServices;

namespace Zaguan.Argon2;

/// <summary>Native memory that is kept from one hash to the next: fresh pages from the system would cost more than the hashing.</summary>
/// <remarks>In huge pages where Linux gives them (transparent huge pages not "never"): a block anywhere then costs no walk through page tables.</remarks>
internal sealed unsafe partial class WorkingMemory : SafeHandle
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14;

    /// <summary>Bytes from the start that have been written to and not been wiped.</summary>
    private nuint touched;

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

    /// <summary>The first <paramref name="bytes"/> are about to be written to.</summary>
    public void Touch(nuint bytes) => touched = Math.Max(touched, bytes);

    /// <summary>Leaves nothing of what was written.</summary>
    public void Wipe()
    {
        NativeMemory.Clear(Start, touched);
        touched = 0;
    }

    protected override bool ReleaseHandle()
    {
        Wipe();
        NativeMemory.AlignedFree(Start);
        return true;
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint length, int advice);
}
