using System.Net;
using System.Net.Sockets;

namespace Zaguan.Budgets;

/// <summary>The address that a budget belongs to.</summary>
internal static class Addresses
{
    /// <summary>Whoever has one IPv6 address has its whole /64 (RFC 6177, RFC 7421), so they share a budget. An IPv4 address in IPv6 clothes is the IPv4 address.</summary>
    public static string Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4().ToString();
        }

        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address.ToString();
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return $"{new IPAddress(bytes)}/64";
    }
}
