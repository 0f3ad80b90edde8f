using System.Net;

namespace Zaguan.Budgets;

/// <summary>Servers that log in for many people and forward no client address: an address budget would lock all of them out at once.</summary>
internal sealed class ServerSideCallers(IReadOnlyList<IPNetwork> networks)
{
    public Sender SenderOf(IPAddress address)
    {
        var plain = Addresses.Plain(address);
        return new(Addresses.Of(plain), networks.Any(n => n.Contains(plain)));
    }
}
