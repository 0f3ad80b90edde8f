namespace Zaguan.Sources;

/// <summary>Where a password can be checked, as configuration names it.</summary>
internal enum SourceName
{
    /// <summary>The hash in our own database.</summary>
    Local,
}
