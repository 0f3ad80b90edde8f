namespace Zaguan.Admin.ImportPages;

/// <summary>Configuration: what the console takes to import from. The command line reads files of any size.</summary>
internal sealed record ImportSettings
{
    public const int Most = 65_536;

    /// <summary>MiB of a file.</summary>
    public int LargestMiB { get; init; } = 1_024;
}
