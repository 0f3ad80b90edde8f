using Zaguan.Budgets;

namespace Zaguan.Tests.House;

/// <summary>Where guesses come from that a test hands to the gate itself.</summary>
internal static class Senders
{
    public static readonly Sender Somebody = new("192.0.2.1", IsShared: false);
}
