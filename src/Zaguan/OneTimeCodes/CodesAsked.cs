namespace Zaguan.OneTimeCodes;

/// <summary>Whether an application asks for one-time codes.</summary>
internal enum CodesAsked
{
    /// <summary>Of nobody: the password alone is the password.</summary>
    Off,

    /// <summary>Of users who have set up a second factor.</summary>
    Optional,

    /// <summary>Of everybody: who has none set up does not log in.</summary>
    Required,
}
