using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Zaguan.Sources.Ldap;

/// <summary>Whether a server of a directory can be reached, and if not, what is wrong: libldap says the same of every failure.</summary>
internal static class ServerProbe
{
    /// <summary>A sentence; null: nothing is wrong on the way to it.</summary>
    public static async Task<string?> ObjectionAsync(Uri server, string authoritiesFile, TimeSpan within)
    {
        var (addresses, unknown) = await ResolveAsync(server);
        if (unknown is not null)
        {
            return unknown;
        }

        using var client = new TcpClient(addresses[0].AddressFamily);
        using var limit = new CancellationTokenSource(within);
        try
        {
            // As libldap does: the first that answers.
            await client.ConnectAsync(addresses[0], server.Port, limit.Token);
        }
        catch (OperationCanceledException)
        {
            return $"{addresses[0]} does not answer on port {server.Port} within {within.TotalSeconds:0} s. The machine is off, or a firewall between drops what is sent.";
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionRefused
                ? $"Nobody listens on {addresses[0]}, port {server.Port}. Is the directory running there, and does it speak LDAPS? A domain controller does from the moment it has a certificate."
                : $"{addresses[0]}, port {server.Port} cannot be reached: {e.Message}.";
        }

        return await ShakeHandsAsync(client.GetStream(), server, authoritiesFile, limit.Token);
    }

    private static async Task<(IPAddress[] Addresses, string? Objection)> ResolveAsync(Uri server)
    {
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(server.IdnHost);
            return addresses.Length > 0 ? (addresses, null) : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException)
        {
            return ([], $"DNS knows no address of {server.IdnHost}. Is it spelt right, and does this machine ask the DNS server of the domain (/etc/resolv.conf)?");
        }
    }

    private static async Task<string?> ShakeHandsAsync(NetworkStream stream, Uri server, string authoritiesFile, CancellationToken limit)
    {
        string? objection = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = server.IdnHost,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                objection = ObjectionTo((X509Certificate2)certificate!, chain!, errors, server, authoritiesFile);
                return objection is null;
            },
        };
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await tls.AuthenticateAsClientAsync(options, limit);
            return null;
        }
        catch (AuthenticationException) when (objection is not null)
        {
            return objection;
        }
        catch (OperationCanceledException)
        {
            return $"{server.IdnHost} accepts connections on port {server.Port}, and says nothing. It hangs, or something between does.";
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return $"{server.IdnHost} speaks no TLS 1.2 or 1.3 on port {server.Port}. {(server.Port is 389 or 3268 ? "That is the port of plain LDAP; LDAPS has 636 (3269 for the global catalogue)." : "Is it the port of LDAPS, 636 as a rule, and has the server a certificate?")}";
        }
    }

    private static string? ObjectionTo(X509Certificate2 certificate, X509Chain received, SslPolicyErrors errors, Uri server, string authoritiesFile)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"The certificate is for {NamesOf(certificate)}, not for {server.IdnHost}. Write the server under \"Servers\" as its certificate calls it, or give it a certificate with this name.";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authoritiesFile);
        foreach (var element in received.ChainElements)
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        if (chain.Build(certificate))
        {
            return null;
        }

        var wrong = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if (wrong.HasFlag(X509ChainStatusFlags.PartialChain) || wrong.HasFlag(X509ChainStatusFlags.UntrustedRoot))
        {
            return $"The certificate comes from {certificate.Issuer}, which {authoritiesFile} does not name. Put the certificate of the domain's own authority into a PEM file, and name that as \"CertificateAuthorityFile\".";
        }

        return wrong.HasFlag(X509ChainStatusFlags.NotTimeValid)
            ? $"The certificate is good from {certificate.NotBefore:yyyy-MM-dd} to {certificate.NotAfter:yyyy-MM-dd}, and not now. Renew it, unless it is this machine's clock that is wrong."
            : $"The certificate is not good: {string.Join(", ", chain.ChainStatus.Select(s => s.StatusInformation.Trim().TrimEnd('.')))}.";
    }

    private static string NamesOf(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count > 0 ? string.Join(", ", names) : certificate.Subject;
    }
}
