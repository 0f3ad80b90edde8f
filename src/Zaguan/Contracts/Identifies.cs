namespace Zaguan.Contracts;

/// <summary>What of a user an identifier is.</summary>
internal enum Identifies
{
    Username,
    Email,

    /// <summary>A user name, or else an e-mail address.</summary>
    Either,

    /// <summary>An attribute of the user's: a document number.</summary>
    Attribute,
}
