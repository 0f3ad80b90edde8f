namespace Zaguan.AspNetCore.Jws;

/// <summary>The keys that verify one application's tokens. Immutable: new keys make a new set.</summary>
internal sealed class KeySet(IEnumerable<VerificationKey> keys)
{
    private readonly VerificationKey[] keys = [.. keys];

    /// <summary>What the header of the last good token said, as it was written, and the keys that it meant: most tokens begin alike.</summary>
    private volatile KnownHeader? known;

    /// <summary>The keys that a header means; null where it is none that is believed.</summary>
    /// <param name="written">The header as it stands in the token.</param>
    /// <param name="decoded">The same without its base64url.</param>
    public VerificationKey[]? Find(ReadOnlySpan<byte> written, ReadOnlySpan<byte> decoded, out TokenObjection objection)
    {
        objection = TokenObjection.None;
        if (known is { } last && written.SequenceEqual(last.Written))
        {
            return last.Keys;
        }

        if (JwsHeader.TryRead(decoded, out var header, out objection) is false)
        {
            return null;
        }

        // The id first; then the key says the algorithm, and a header that says another one is refused.
        var meant = Array.FindAll(keys, k => string.Equals(k.Id, header.KeyId, StringComparison.Ordinal));
        if (meant.Length == 0)
        {
            objection = TokenObjection.UnknownKey;
            return null;
        }

        var matching = Array.FindAll(meant, k => k.Algorithm == header.Algorithm);
        objection = matching.Length == 0 ? TokenObjection.OtherAlgorithm : TokenObjection.None;
        return matching.Length == 0 ? null : matching;
    }

    /// <summary>Called with the header of a token whose signature is right: strangers cannot make this change.</summary>
    public void Remember(ReadOnlySpan<byte> written, VerificationKey[] meant)
    {
        if (known is not { } last || !written.SequenceEqual(last.Written))
        {
            known = new(written.ToArray(), meant);
        }
    }

    private sealed record KnownHeader(byte[] Written, VerificationKey[] Keys);
}
