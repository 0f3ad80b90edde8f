namespace Zaguan.Argon2;

/// <summary>How the blocks that each block is mixed with are chosen (RFC 9106 §3.4). The values are the RFC's <c>y</c>.</summary>
public enum Argon2Type
{
    /// <summary>By the data. Fastest to fill and hardest on graphics cards; tells the password to who can watch the memory bus.</summary>
    Argon2d = 0,

    /// <summary>By a counter: the accesses tell nothing of the password.</summary>
    Argon2i = 1,

    /// <summary>The first half of the first pass as argon2i, the rest as argon2d. What RFC 9106 §4 recommends.</summary>
    Argon2id = 2,
}
