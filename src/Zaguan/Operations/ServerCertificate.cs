using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Zaguan.Operations;

/// <summary>
/// The certificate of an HTTPS endpoint as its files are now. A renewed one is used for the next connection: nothing is restarted, no port is given up and no connection is closed, as it would
/// be if Kestrel were left to reload its configuration. Files that cannot be used change nothing.
/// </summary>
internal sealed partial class ServerCertificate
{
    /// <summary>RFC 5280 §4.2.1.12.</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string file;
    private readonly string? keyFile;
    private readonly string? password;
    private readonly TimeProvider clock;
    private readonly ILogger<ServerCertificate> logger;
    private readonly Lock looking = new();
    private byte[] seen;
    private bool isUnread;
    private long lookedAt;
    private SslStreamCertificateContext? renewed;

    /// <param name="settings">"Path", "KeyPath" and "Password", as Kestrel reads them.</param>
    /// <param name="folder">Relative paths begin here.</param>
    private ServerCertificate(IConfiguration settings, string folder, TimeProvider clock, ILogger<ServerCertificate> logger)
    {
        file = Path.Combine(folder, settings["Path"]!);
        keyFile = settings["KeyPath"] is { Length: > 0 } key ? Path.Combine(folder, key) : null;
        password = settings["Password"];
        (this.clock, this.logger) = (clock, logger);
        lookedAt = clock.GetTimestamp();
        seen = ReadOrNothing() is { } files ? Fingerprint(files) : [];
    }

    /// <summary>Every HTTPS endpoint follows the files that its configuration names. Kestrel itself reads them at the start, and says what is wrong with them then.</summary>
    public static void FollowFiles(KestrelServerOptions kestrel, IConfiguration configuration, string folder, TimeProvider clock)
    {
        var section = configuration.GetSection("Kestrel");
        var endpoints = kestrel.Configure(section, reloadOnChange: false);
        if (!SpeaksHttp3(section.GetSection("EndpointDefaults")) && Of(section.GetSection("Certificates:Default")) is { } common)
        {
            kestrel.ConfigureHttpsDefaults(h => h.OnAuthenticate = common.Present);
        }

        foreach (var endpoint in section.GetSection("Endpoints").GetChildren().Where(e => e.GetSection("Certificate").Exists() || e.GetSection("Sni").Exists() || SpeaksHttp3(e)))
        {
            // Its own; or one of a store, one for each name, one that HTTP/3 shows, which are not followed. Never the common one.
            Action<ConnectionContext, SslServerAuthenticationOptions>? present = !endpoint.GetSection("Sni").Exists() && !SpeaksHttp3(endpoint) && Of(endpoint.GetSection("Certificate")) is { } own ? own.Present : null;
            endpoints.Endpoint(endpoint.Key, e => e.HttpsOptions.OnAuthenticate = present);
        }

        // Kestrel calls nobody back there.
        static bool SpeaksHttp3(IConfigurationSection endpoint) => endpoint["Protocols"]?.Contains("Http3", StringComparison.OrdinalIgnoreCase) ?? false;

        ServerCertificate? Of(IConfigurationSection certificate) => certificate["Path"] is { Length: > 0 }
            ? new(certificate, folder, clock, kestrel.ApplicationServices.GetRequiredService<ILogger<ServerCertificate>>())
            : null;
    }

    private void Present(ConnectionContext connection, SslServerAuthenticationOptions options)
    {
        Look();
        if (Volatile.Read(ref renewed) is { } context)
        {
            options.ServerCertificateContext = context;
        }
    }

    private void Look()
    {
        if (clock.GetElapsedTime(Interlocked.Read(ref lookedAt)) < LookEvery || !looking.TryEnter())
        {
            return;
        }

        try
        {
            Interlocked.Exchange(ref lookedAt, clock.GetTimestamp());
            if (ReadOrNothing() is not { } files)
            {
                if (!isUnread)
                {
                    isUnread = true;
                    LogUnusable(file, "it, or its key, is missing or cannot be read");
                }

                return;
            }

            isUnread = false;
            var fingerprint = Fingerprint(files);
            if (fingerprint.AsSpan().SequenceEqual(seen))
            {
                return;
            }

            // Before they are tried: what cannot be used is said once, and tried again when it has changed.
            seen = fingerprint;
            var context = Load(files);
            Check(context.TargetCertificate);
            Volatile.Write(ref renewed, context);
            LogRenewed(file, context.TargetCertificate.NotAfter.ToUniversalTime(), context.TargetCertificate.Thumbprint);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or InvalidOperationException)
        {
            LogUnusable(file, e.Message.ReplaceLineEndings(" "));
        }
        finally
        {
            looking.Exit();
        }
    }

    /// <summary>With what the file has beside it: the certificates between it and its authority are sent along.</summary>
    private SslStreamCertificateContext Load((byte[] Certificate, byte[]? Key) files)
    {
        if (files.Key is null)
        {
            var bundle = X509CertificateLoader.LoadPkcs12Collection(files.Certificate, password);
            var own = bundle.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException("no certificate in it has a private key");
            return SslStreamCertificateContext.Create(own, bundle, offline: true);
        }

        var (pem, key) = (Encoding.UTF8.GetString(files.Certificate), Encoding.UTF8.GetString(files.Key));
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(pem);
        return SslStreamCertificateContext.Create(password is null ? X509Certificate2.CreateFromPem(pem, key) : X509Certificate2.CreateFromEncryptedPem(pem, key, password), chain, offline: true);
    }

    /// <summary>What Kestrel refuses at the start is refused here too; and one that is over is worse than the one of before, whatever that is.</summary>
    private void Check(X509Certificate2 certificate)
    {
        if (certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList() is { Count: > 0 } usages && !usages.Exists(u => u.EnhancedKeyUsages.Cast<Oid>().Any(o => o.Value is ServerAuthentication)))
        {
            throw new CryptographicException("it is not for servers (its extended key usage lacks server authentication)");
        }

        var end = new DateTimeOffset(certificate.NotAfter);
        if (end <= clock.GetUtcNow())
        {
            throw new CryptographicException(FormattableString.Invariant($"it expired on {end.ToUniversalTime():u}"));
        }
    }

    private (byte[] Certificate, byte[]? Key)? ReadOrNothing()
    {
        try
        {
            return (File.ReadAllBytes(file), keyFile is null ? null : File.ReadAllBytes(keyFile));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static byte[] Fingerprint((byte[] Certificate, byte[]? Key) files) => [.. SHA256.HashData(files.Certificate), .. SHA256.HashData(files.Key ?? [])];

    [LoggerMessage(1302, LogLevel.Information, "The certificate in {File} was renewed: {Thumbprint}, good until {NotAfter:u}. New connections get it.")]
    private partial void LogRenewed(string file, DateTime notAfter, string thumbprint);

    [LoggerMessage(1303, LogLevel.Error, "The certificate in {File} cannot be used as it is now, so the one of before goes on serving: {Reason}. It is tried again when its files change.")]
    private partial void LogUnusable(string file, string reason);
}
