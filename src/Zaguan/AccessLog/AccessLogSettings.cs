namespace Zaguan.AccessLog;

/// <summary>Configuration: how long access records are kept.</summary>
internal sealed record AccessLogSettings
{
    /// <summary>Older records are deleted, in small batches in the background.</summary>
    public TimeSpan KeptFor { get; init; } = TimeSpan.FromDays(365);
}
