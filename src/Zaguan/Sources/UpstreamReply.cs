namespace Zaguan.Sources;

/// <summary>What came of asking the old system.</summary>
internal abstract record UpstreamReply
{
    /// <summary>Nothing was sent, so nobody has guessed anything.</summary>
    internal sealed record NotAsked(string Why) : UpstreamReply;

    /// <summary>The request went out, in whole or in part, and no whole reply came back.</summary>
    internal sealed record Lost(string Why) : UpstreamReply;

    /// <summary>A reply, whole.</summary>
    internal sealed record Whole(int Status, string? ContentType, ReadOnlyMemory<byte> Body) : UpstreamReply;
}
