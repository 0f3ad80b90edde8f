using Zaguan.Login;

namespace Zaguan.Contracts.Answers;

/// <summary>The answers that a contract can give, by the names that it gives them.</summary>
internal enum AnswerName
{
    Granted,
    Refused,
    Failed,
    UnknownUser,
    WrongPassword,
    Inactive,
    Locked,
    Throttled,
    Malformed,
    Invalid,
    Busy,
    Unavailable,

    /// <summary>To a request that is no login: another HTTP method.</summary>
    WrongMethod,
}

internal static class AnswerNames
{
    public static readonly IReadOnlyList<AnswerName> All = Enum.GetValues<AnswerName>();

    public static AnswerName Of(Outcome outcome) => outcome switch
    {
        Outcome.Granted => AnswerName.Granted,
        Outcome.UnknownUser => AnswerName.UnknownUser,
        Outcome.WrongPassword or Outcome.WrongCode => AnswerName.WrongPassword,
        Outcome.Inactive => AnswerName.Inactive,
        Outcome.Locked => AnswerName.Locked,
        Outcome.Throttled => AnswerName.Throttled,
        Outcome.SourceNotAllowed or Outcome.LockedAtSource or Outcome.PasswordExpired or Outcome.PasswordMustChange => AnswerName.Refused,
        Outcome.Malformed => AnswerName.Malformed,
        Outcome.Invalid => AnswerName.Invalid,
        Outcome.Busy => AnswerName.Busy,
        Outcome.Unavailable or Outcome.SourceUnavailable or Outcome.SourceUnclear => AnswerName.Unavailable,
        Outcome.Failed => AnswerName.Failed,
    };

    /// <summary>The answer that stands in for one that the contract leaves out; null for the three that it must have, and for what is no login.</summary>
    public static AnswerName? Fallback(AnswerName name) => name switch
    {
        AnswerName.Granted or AnswerName.Refused or AnswerName.Failed or AnswerName.WrongMethod => null,
        AnswerName.UnknownUser or AnswerName.WrongPassword or AnswerName.Inactive or AnswerName.Locked or AnswerName.Throttled => AnswerName.Refused,
        AnswerName.Malformed => AnswerName.Invalid,
        AnswerName.Invalid => AnswerName.Refused,
        AnswerName.Busy => AnswerName.Unavailable,
        AnswerName.Unavailable => AnswerName.Failed,
    };

    /// <summary>Whether an answer of its own tells a stranger which accounts exist, or whose password was right.</summary>
    public static bool DisclosesAccountState(AnswerName name) => name switch
    {
        AnswerName.UnknownUser or AnswerName.WrongPassword or AnswerName.Inactive => true,
        AnswerName.Granted or AnswerName.Refused or AnswerName.Failed or AnswerName.Locked or AnswerName.Throttled
            or AnswerName.Malformed or AnswerName.Invalid or AnswerName.Busy or AnswerName.Unavailable or AnswerName.WrongMethod => false,
    };
}
