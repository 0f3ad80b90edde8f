namespace Zaguan.OneTimeCodes;

/// <summary>What an attempt brought as its one-time code. The code itself is not in it.</summary>
/// <param name="Step">Of an authenticator's code that is right now.</param>
/// <param name="RecoveryHash">Of what looks like a recovery code: only the database knows whether it is one.</param>
internal sealed record GivenCode(CodeState State, long? Step = null, string? RecoveryHash = null)
{
    public static readonly GivenCode NotAsked = new(CodeState.NotAsked);
    public static readonly GivenCode Wrong = new(CodeState.Wrong);
    public static readonly GivenCode CannotBeChecked = new(CodeState.CannotBeChecked);
}

internal enum CodeState
{
    /// <summary>The application asks nobody, or not this user.</summary>
    NotAsked,

    /// <summary>It may be right.</summary>
    Given,

    /// <summary>There is none, or it is not right, or there is no second factor to have one of.</summary>
    Wrong,

    /// <summary>The secret cannot be read: a fault of ours.</summary>
    CannotBeChecked,
}
