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
}
