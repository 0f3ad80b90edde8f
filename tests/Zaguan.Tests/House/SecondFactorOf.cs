using Microsoft.Extensions.DependencyInjection;
using OtpNet;
using Zaguan.Admin;
using Zaguan.OneTimeCodes;
using Zaguan.Users;

namespace Zaguan.Tests.House;

/// <summary>What a user has in hand whose second factor is set up.</summary>
internal sealed record SecondFactorOf(byte[] Secret, IReadOnlyList<string> RecoveryCodes)
{
    public static async Task<SecondFactorOf> SetUpAsync(TestHouse house, User user)
    {
        var factors = house.Services.GetRequiredService<UserSecondFactors>();
        using var secret = OneTimeCode.NewSecret();
        var codes = await factors.SetAsync(user, await factors.SealAsync(secret, user), step: 0, [], AuditEntry.OfCommandLine(DateTimeOffset.UnixEpoch, AuditActions.UserSecondFactorSet, user.Username, null, null));
        return new(secret.Reveal().ToArray(), codes.ShouldNotBeNull());
    }

    /// <summary>The authenticator's code, of now or of so many steps of thirty seconds later.</summary>
    public string Code(TimeProvider clock, int steps = 0) => new Totp(Secret).ComputeTotp(clock.GetUtcNow().AddSeconds(30 * steps).UtcDateTime);
}
