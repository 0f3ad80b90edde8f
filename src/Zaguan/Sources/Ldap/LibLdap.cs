using System.DirectoryServices.Protocols;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Zaguan.Sources.Ldap;

/// <summary>
/// What System.DirectoryServices.Protocols does not pass on of OpenLDAP's libldap, which it stands on: whom a connection
/// trusts, how long it may take to connect, and a way to end a call that hangs. libldap waits for a TLS handshake without
/// any limit, so a server that accepts and never answers would keep a thread for ever.
/// </summary>
internal static unsafe partial class LibLdap
{
    // ldap.h of OpenLDAP 2.4 to 2.6.
    private const int OptionNetworkTimeout = 0x5005;
    private const int OptionConnectCallback = 0x5011;
    private const int OptionAuthoritiesFile = 0x6002;
    private const int OptionRequireCertificate = 0x6006;
    private const int OptionOldestProtocol = 0x6007;
    private const int OptionNewTlsContext = 0x600F;
    private const int Demand = 2;
    private const int Tls12 = 0x0303;

    // lber.h.
    private const int GetDescriptor = 1;

    /// <summary>Where System.DirectoryServices.Protocols looks, in its order: it must be the same library.</summary>
    private static readonly string[] Libraries = ["libldap.so.2", "libldap-2.6.so.0", "libldap-2.5.so.0", "libldap-2.4.so.2"];

    /// <summary>How long connecting may take is an option of the library, which each new connection copies.</summary>
    private static readonly Lock Creating = new();

    private static readonly delegate* unmanaged[Cdecl]<nint, int, void*, int> SetOption;
    private static readonly delegate* unmanaged[Cdecl]<nint, int, void*, int> ControlSocket;

    /// <summary>The line for which this thread is connecting: the callback comes on the thread that called.</summary>
    [ThreadStatic]
    private static LdapWire? connecting;

    static LibLdap()
    {
        if (!OperatingSystem.IsLinux() || !TryLoad(out var library))
        {
            return;
        }

        SetOption = (delegate* unmanaged[Cdecl]<nint, int, void*, int>)NativeLibrary.GetExport(library, "ldap_set_option");
        ControlSocket = (delegate* unmanaged[Cdecl]<nint, int, void*, int>)NativeLibrary.GetExport(library, "ber_sockbuf_ctrl");

        // The library keeps the pointer for as long as it lives.
        var callback = (ConnectCallback*)NativeMemory.AllocZeroed((nuint)sizeof(ConnectCallback));
        callback->Connected = &Connected;
        callback->Closed = &Closed;
        IsThere = SetOption(0, OptionConnectCallback, callback) == 0;
    }

    public static bool IsThere { get; }

    /// <summary>A connection that is not connected yet; its first request connects, on the calling thread.</summary>
    public static LdapConnection Create(Uri server, TimeSpan connectWithin)
    {
        lock (Creating)
        {
            var within = new TimeValue { Seconds = (nint)connectWithin.TotalSeconds, Microseconds = connectWithin.Milliseconds * 1_000 };
            Check(SetOption(0, OptionNetworkTimeout, &within));
            return new(new LdapDirectoryIdentifier(server.IdnHost, server.Port, fullyQualifiedDnsHostName: true, connectionless: false));
        }
    }

    /// <summary>Does something that may connect; the wire learns its socket, and gives it its trust.</summary>
    public static T Connecting<T>(LdapWire wire, Func<T> request)
    {
        connecting = wire;
        try
        {
            return request();
        }
        finally
        {
            connecting = null;
        }
    }

    /// <summary>Connected, and TLS not yet begun.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Connected(nint connection, nint socket, nint server, nint address, ConnectCallback* callback)
    {
        try
        {
            if (connecting is not { } wire)
            {
                // A connection that libldap opened of its own accord would have neither trust nor limit.
                return -1;
            }

            var descriptor = -1;
            if (ControlSocket(socket, GetDescriptor, &descriptor) != 1)
            {
                return -1;
            }

            // A second descriptor of the same socket: ours to close, so no number is shut down that somebody else has by then.
            wire.Is(Duplicate(descriptor));
            Trust(connection, wire.AuthoritiesFile);
            return 0;
        }
        catch (Exception)
        {
            // Nothing may leave into C. The connection fails, and that is told.
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Closed(nint connection, nint socket, ConnectCallback* callback)
    {
    }

    /// <summary>Of this connection alone. ldap.conf and LDAPTLS_REQCERT, which could say "never", have no say.</summary>
    private static void Trust(nint connection, string authoritiesFile)
    {
        var (demand, oldest, forClient) = (Demand, Tls12, 0);
        fixed (byte* file = Encoding.UTF8.GetBytes($"{authoritiesFile}\0"))
        {
            Check(SetOption(connection, OptionAuthoritiesFile, file));
        }

        Check(SetOption(connection, OptionRequireCertificate, &demand));
        Check(SetOption(connection, OptionOldestProtocol, &oldest));
        Check(SetOption(connection, OptionNewTlsContext, &forClient));
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"libldap does not take an option: {result}.");
        }
    }

    private static bool TryLoad(out nint library)
    {
        foreach (var name in Libraries)
        {
            if (NativeLibrary.TryLoad(name, out library))
            {
                return true;
            }
        }

        library = 0;
        return false;
    }

    [LibraryImport("libc", EntryPoint = "dup")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial SafeFileHandle Duplicate(int descriptor);

    /// <summary>struct timeval.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeValue
    {
        public nint Seconds;
        public nint Microseconds;
    }

    /// <summary>struct ldap_conncb.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ConnectCallback
    {
        public delegate* unmanaged[Cdecl]<nint, nint, nint, nint, ConnectCallback*, int> Connected;
        public delegate* unmanaged[Cdecl]<nint, nint, ConnectCallback*, void> Closed;
        public nint Argument;
    }
}

/// <summary>The socket under a connection, and the end of it when time is up.</summary>
internal sealed partial class LdapWire(string authoritiesFile) : IDisposable
{
    private const int Both = 2;

    private readonly Lock changing = new();
    private SafeFileHandle? socket;
    private bool isCut;

    /// <summary>The certificates that are trusted, in PEM.</summary>
    public string AuthoritiesFile => authoritiesFile;

    public void Is(SafeFileHandle connected)
    {
        lock (changing)
        {
            // One server can have several addresses, which are tried in turn.
            socket?.Dispose();
            socket = connected;
            ShutDownIfCut();
        }
    }

    /// <summary>Ends what hangs on it, from any thread: the reader reads an end, the writer fails.</summary>
    public void Cut()
    {
        lock (changing)
        {
            isCut = true;
            ShutDownIfCut();
        }
    }

    public void Dispose()
    {
        lock (changing)
        {
            socket?.Dispose();
            socket = null;
        }
    }

    private void ShutDownIfCut()
    {
        if (isCut && socket is { IsInvalid: false })
        {
            _ = ShutDown(socket, Both);
        }
    }

    [LibraryImport("libc", EntryPoint = "shutdown")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ShutDown(SafeFileHandle socket, int how);
}
