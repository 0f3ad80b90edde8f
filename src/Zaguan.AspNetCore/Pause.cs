using System.Security.Cryptography;

namespace Zaguan.AspNetCore;

internal static class Pause
{
    /// <summary>From a quarter of a second to two, by chance: back-ends that lost Zaguan together do not come back together.</summary>
    public static TimeSpan BeforeNextTry() => TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(250, 2_001));
}
