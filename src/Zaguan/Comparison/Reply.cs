namespace Zaguan.Comparison;

/// <summary>What a login endpoint said to one request, whosever it is.</summary>
/// <param name="Body">Whoever asks for it bounds it: <see cref="LargestBody"/>.</param>
internal sealed record Reply(int Status, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Far above any answer to a login, and little enough to walk through.</summary>
    public const int LargestBody = 64 * 1024;
}
