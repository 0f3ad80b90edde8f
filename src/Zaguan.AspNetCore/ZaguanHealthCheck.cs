using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Zaguan.AspNetCore;

/// <summary>Whether the guards know what they need to know, in words.</summary>
internal sealed class ZaguanHealthCheck(Guards guards) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var found = guards.All.SelectMany(g => new[] { OfKeys(g), OfRevocations(g) }.Select(f => (f.Status, Sentence: guards.All.Count == 1 ? f.Sentence : $"{g.Scheme}: {f.Sentence}")))
            .Where(f => f.Sentence.Length > 0).ToList();
        var worst = found.Select(f => f.Status).DefaultIfEmpty(HealthStatus.Healthy).Min();
        var status = worst == HealthStatus.Unhealthy ? context.Registration.FailureStatus : worst;
        return Task.FromResult(new HealthCheckResult(status, string.Join(' ', found.Select(f => f.Sentence))));
    }

    private static (HealthStatus Status, string Sentence) OfKeys(Guard guard) => guard.Published switch
    {
        null => (HealthStatus.Healthy, ""),
        { AreKnown: true, Problem: null } => (HealthStatus.Healthy, "The published keys are known."),
        { AreKnown: true, Problem: { } problem } => (HealthStatus.Degraded, $"The published keys are those of before: {problem}"),
        // With a secret most tokens are judged all the same.
        { Problem: var problem } => (guard.Options.Secret is null ? HealthStatus.Unhealthy : HealthStatus.Degraded, $"The published keys are unknown: {problem}"),
    };

    private static (HealthStatus Status, string Sentence) OfRevocations(Guard guard)
    {
        if (guard.Feed is not { } feed)
        {
            return (HealthStatus.Healthy, "Revocations are not followed: there is no BackEndKey, and a revoked token is good until it expires.");
        }

        var known = feed.KnownAt is { } at ? at.ToString("u", CultureInfo.InvariantCulture) : null;
        if (feed.IsKnown)
        {
            return (HealthStatus.Healthy, $"Revocations are known, as of {known}.");
        }

        var sentence = $"Revocations are unknown {(known is null ? "since the start" : $"since {known}")}{(feed.Problem is { } problem ? $": {problem}" : ".")}";
        return guard.Options.WhenRevocationsAreUnknown switch
        {
            WhenRevocationsAreUnknown.RefuseTokens => (HealthStatus.Unhealthy, $"{sentence} This fails closed: requests with a token are answered 503."),
            WhenRevocationsAreUnknown.AcceptTokens => (HealthStatus.Degraded, $"{sentence} This fails open: tokens that were revoked since are accepted."),
        };
    }
}
