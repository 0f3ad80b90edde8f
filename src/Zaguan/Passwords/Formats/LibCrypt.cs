using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Zaguan.Passwords.Formats;

/// <summary>crypt(3) of the operating system: libxcrypt's <c>crypt_rn</c>, which keeps nothing between calls.</summary>
internal static unsafe class LibCrypt
{
    /// <summary>Debian's and Ubuntu's name for it, and that of systems without the old binary interface.</summary>
    private static readonly string[] Names = ["libcrypt.so.1", "libcrypt.so.2"];

    /// <summary>sizeof(struct crypt_data); the functions know their own size and refuse less.</summary>
    private const int WorkspaceLength = 32_768;

    /// <summary>CRYPT_MAX_PASSPHRASE_SIZE, of which the NUL takes one. What is longer never was a password there.</summary>
    private const int LongestPassword = 511;

    private static readonly Lazy<nint> CryptRn = new(Find);

    /// <summary>Null where hashes can be computed.</summary>
    public static string? Objection => CryptRn.Value == nint.Zero
        ? "This hash is computed by the system's libcrypt (libxcrypt), which is not there: install Debian's libcrypt1 (elsewhere libxcrypt)."
        : null;

    /// <summary>The last letters of what crypt(3) gives. Nothing where it gives none, as for a password that is too long for it.</summary>
    /// <param name="password">Up to its first NUL, since the function takes a C string: so did every system that made its hashes by it.</param>
    /// <param name="setting">Everything before the digest; what follows is not looked at.</param>
    public static byte[] Hash(ReadOnlySpan<byte> password, ReadOnlySpan<byte> setting, int digestLength)
    {
        var end = password.IndexOf((byte)0);
        var used = end < 0 ? password : password[..end];
        if (used.Length > LongestPassword)
        {
            return [];
        }

        Span<byte> phrase = stackalloc byte[LongestPassword + 1];
        phrase.Clear();
        used.CopyTo(phrase);
        var workspace = new Span<byte>(NativeMemory.AllocZeroed(WorkspaceLength), WorkspaceLength);
        try
        {
            fixed (byte* phraseAt = phrase, settingAt = (byte[])[.. setting, 0], workspaceAt = workspace)
            {
                var crypt = (delegate* unmanaged<byte*, byte*, void*, int, byte*>)CryptRn.Value;
                var made = crypt(phraseAt, settingAt, workspaceAt, WorkspaceLength);
                var text = made is null ? [] : MemoryMarshal.CreateReadOnlySpanFromNullTerminated(made);
                return text.Length < digestLength ? [] : text[^digestLength..].ToArray();
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(phrase);
            CryptographicOperations.ZeroMemory(workspace);
            fixed (byte* workspaceAt = workspace)
            {
                NativeMemory.Free(workspaceAt);
            }
        }
    }

    private static nint Find()
    {
        foreach (var name in Names)
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "crypt_rn", out var found))
            {
                return found;
            }
        }

        return nint.Zero;
    }
}
