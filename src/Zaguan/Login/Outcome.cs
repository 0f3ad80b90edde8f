namespace Zaguan.Login;

/// <summary>What became of a login request. Stored in the access log by its number: numbers are never reused.</summary>
internal enum Outcome
{
    Granted = 0,

    /// <summary>Nobody in the realm has this identifier. One password hash was computed all the same.</summary>
    UnknownUser = 1,
    WrongPassword = 2,

    /// <summary>The password is right, the user is disabled.</summary>
    Inactive = 3,

    /// <summary>The account's budget is exhausted; nothing was verified.</summary>
    Locked = 4,

    /// <summary>The address's budget is exhausted; nothing was verified.</summary>
    Throttled = 5,

    /// <summary>The request asked for a source that there is not; nothing was verified.</summary>
    SourceNotAllowed = 6,

    /// <summary>The body could not be read. Not an attempt: nobody can say whose it was.</summary>
    Malformed = 7,

    /// <summary>A field is missing, empty or of the wrong type. Not an attempt.</summary>
    Invalid = 8,

    /// <summary>More logins wait than can be served in time; nothing was verified.</summary>
    Busy = 9,

    /// <summary>The database could not be asked.</summary>
    Unavailable = 10,

    /// <summary>A fault of ours.</summary>
    Failed = 11,

    /// <summary>The directory or the old system could not be asked; nothing was verified.</summary>
    SourceUnavailable = 12,

    /// <summary>The directory or the old system was asked, and nothing came back that is understood: nobody knows whether the password was right.</summary>
    SourceUnclear = 13,

    /// <summary>The directory or the old system has locked the account itself.</summary>
    LockedAtSource = 14,

    /// <summary>The directory says that the password is right and has expired.</summary>
    PasswordExpired = 15,

    /// <summary>The directory says that the password is right and must be changed before it is used.</summary>
    PasswordMustChange = 16,

    /// <summary>The password is right, the one-time code behind it is missing, wrong or used. The client hears what it hears of a wrong password.</summary>
    WrongCode = 17,
}
