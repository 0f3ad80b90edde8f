using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Zaguan.Storage;

/// <summary>
/// Which file stands behind a path. SQLite goes on writing into a file that was deleted or replaced under it; an answer
/// given after that would be recorded nowhere, so every transaction looks first.
/// </summary>
/// <param name="Born">When it was made, where the file system knows: the number of a deleted file is given to the next one.</param>
internal sealed partial record FileIdentity(ulong Device, ulong Inode, UInt128 Born)
{
    /// <summary>Null where there is no such file.</summary>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return File.Exists(path) ? new(0, 0, 0) : null;
        }

        // struct statx is the same on every architecture (linux/stat.h): stx_ino at 32, stx_btime at 80, stx_dev_major and _minor at 136.
        Span<byte> buffer = stackalloc byte[256];
        buffer.Clear();
        return Statx(AtWorkingDirectory, path, 0, InodeAndBirth, ref MemoryMarshal.GetReference(buffer)) == 0
            ? new(BinaryPrimitives.ReadUInt64LittleEndian(buffer[136..]), BinaryPrimitives.ReadUInt64LittleEndian(buffer[32..]), BinaryPrimitives.ReadUInt128LittleEndian(buffer[80..]))
            : null;
    }

    private const int AtWorkingDirectory = -100;
    private const uint InodeAndBirth = 0x100 | 0x800;

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int directory, string path, int flags, uint mask, ref byte buffer);
}
