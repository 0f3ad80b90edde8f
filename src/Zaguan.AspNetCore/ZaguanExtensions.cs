using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Zaguan.AspNetCore;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts Zaguan's tokens in front of an application.</summary>
public static class ZaguanExtensions
{
    /// <summary>Guards the application with tokens of Zaguan, under the scheme <see cref="ZaguanDefaults.AuthenticationScheme"/>.</summary>
    /// <param name="builder">What AddAuthentication returns.</param>
    /// <param name="configure">Says by what tokens are believed: <see cref="ZaguanOptions.Secret"/> or <see cref="ZaguanOptions.Address"/> at least.</param>
    /// <exception cref="OptionsValidationException">When the application starts: what it was told is not enough, or contradicts itself. Every problem is named.</exception>
    public static AuthenticationBuilder AddZaguan(this AuthenticationBuilder builder, Action<ZaguanOptions> configure) =>
        builder.AddZaguan(ZaguanDefaults.AuthenticationScheme, configure);

    /// <summary>The same under a name of one's own: for an application that takes the tokens of several applications of Zaguan.</summary>
    /// <param name="builder">What AddAuthentication returns.</param>
    /// <param name="scheme">The scheme's name; each is added once.</param>
    /// <param name="configure">Says by what tokens are believed.</param>
    /// <exception cref="OptionsValidationException">When the application starts: what it was told is not enough, or contradicts itself. Every problem is named.</exception>
    public static AuthenticationBuilder AddZaguan(this AuthenticationBuilder builder, string scheme, Action<ZaguanOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<ZaguanOptions>(scheme);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ZaguanOptions>, OptionsCheck>());
        services.AddSingleton(s => MakeGuard(s, scheme));
        services.TryAddSingleton<Guards>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, KeepingUp>());
        return builder.AddScheme<ZaguanOptions, ZaguanHandler>(scheme, displayName: null, configure);
    }

    /// <summary>
    /// Says whether keys and revocations are known, since when, and whether tokens are refused (fails closed: unhealthy) or accepted (fails open: degraded)
    /// while they are not. The sentences are the check's description.
    /// </summary>
    /// <param name="builder">What AddHealthChecks returns.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="failureStatus">What is reported while tokens are refused; null: unhealthy.</param>
    /// <param name="tags">For choosing among checks.</param>
    public static IHealthChecksBuilder AddZaguan(this IHealthChecksBuilder builder, string name = "zaguan", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new(name, s => new ZaguanHealthCheck(s.GetRequiredService<Guards>()), failureStatus, tags));
    }

    private static Guard MakeGuard(IServiceProvider services, string scheme)
    {
        var options = services.GetRequiredService<IOptionsMonitor<ZaguanOptions>>().Get(scheme);
        return new(scheme, options, options.TimeProvider ?? TimeProvider.System, services.GetRequiredService<ILoggerFactory>());
    }
}
