using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Zaguan.Storage;

/// <summary>
/// The SQLite that is used: the system's libsqlite3 where there is one, because it is newer and gets its distribution's
/// security updates; otherwise the bundled one. ZAGUAN_SQLITE=bundled asks for the latter.
/// </summary>
internal static class SqliteLibrary
{
    /// <summary>UPSERT with RETURNING came with 3.35.</summary>
    private static readonly Version Oldest = new(3, 35);

    private static readonly Lazy<string> Loaded = new(Load);

    public static string Version => Loaded.Value;

    private static string Load()
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        return raw.sqlite3_libversion().utf8_to_string();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (Environment.GetEnvironmentVariable("ZAGUAN_SQLITE") is "bundled" || !NativeLibrary.TryLoad("libsqlite3.so.0", out var system))
        {
            return nint.Zero;
        }

        return IsNewEnough(system) ? system : nint.Zero;
    }

    private static unsafe bool IsNewEnough(nint library)
    {
        var version = ((delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "sqlite3_libversion"))();
        return System.Version.TryParse(Marshal.PtrToStringUTF8((nint)version), out var found) && found >= Oldest;
    }
}
