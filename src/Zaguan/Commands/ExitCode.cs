namespace Zaguan.Commands;

/// <summary>What scripts can rely on.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>It was understood and could not be done: no such user, the name is taken, the database is locked.</summary>
    public const int NotDone = 1;

    /// <summary>The command line is not one of ours.</summary>
    public const int Usage = 2;

    /// <summary>Configuration, a contract or a file is wrong; all that is wrong was said.</summary>
    public const int Problems = 3;

    /// <summary>What was compared is not the same.</summary>
    public const int Different = 4;
}
