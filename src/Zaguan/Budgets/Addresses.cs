using System.Net;
using System.Net.Sockets;

namespace Zaguan.Budgets;

/// <summary>The address that a budget belongs to.</summary>
internal static class Addresses
{
    /// <summary>Whoever has one IPv6 address has its whole /64 (RFC 6177, RFC 7421), so they share a budget.</summary>
    public static string Of(IPAddress address)
    {
        var plain = Plain(address);
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return plain.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        plain.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }

    /// <summary>An IPv4 address in IPv6 clothes (::ffff:192.0.2.1) is the IPv4 address.</summary>
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

/// <summary>Where a guess comes from, as budgets and the queue of guesses see it.</summary>
/// <param name="Address">See <see cref="Addresses.Of"/>.</param>
/// <param name="IsShared">A server that logs in for many.</param>
internal readonly record struct Sender(string Address, bool IsShared);
