namespace Zaguan.Sources;

/// <summary>What a login endpoint said to one request, whosever it is.</summary>
/// <param name="Body">Whoever asks for it bounds it: <see cref="LargestBody"/>.</param>
internal sealed record Reply(int Status, IHeaderDictionary Headers, ReadOnlyMemory<byte> Body)
{
    /// <summary>Far above any answer to a login, and little enough to walk through.</summary>
    public const int LargestBody = 64 * 1024;

    /// <summary>Which kind of body it says that it has.</summary>
    public string MediaType => Headers.ContentType.ToString().Split(';')[0].Trim() is { Length: > 0 } type ? type : "no content type";
}

/// <summary>What came of asking.</summary>
/// <param name="Reply">Null: there is none that is whole.</param>
/// <param name="Failure">Why, as the end of a sentence; null: there is a reply.</param>
/// <param name="WasSent">Whether the request went out, in whole or in part: then its guess is spent, whatever became of it.</param>
internal sealed record Asked(Reply? Reply, string? Failure, bool WasSent = true)
{
    /// <summary>Whether it looks as if nobody is there.</summary>
    public bool IsSilence { get; init; }
}
