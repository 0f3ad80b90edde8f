using System.Text;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Users;

namespace Zaguan.Sources;

/// <summary>What became of the question whether a password is right.</summary>
/// <param name="Outcome">UnknownUser: this source has no such user, and the next one is asked. Everything else decides.</param>
/// <param name="Password">What shall be kept as the user's password from now on; null: what is kept.</param>
/// <param name="Profile">What the source says of a user whose password is right; null: nothing.</param>
internal sealed record Verdict(Outcome Outcome, StoredPassword? Password = null, Profile? Profile = null)
{
    /// <summary>While an application is compared with its old system: what that replied, which is what the client gets.</summary>
    public Reply? OldReply { get; init; }

    /// <summary>And what that means. It is what the client learns, so it is what the guess is settled by.</summary>
    public Outcome? OldOutcome { get; init; }

    /// <summary>The source granted it to somebody who is called otherwise than the client typed.</summary>
    public bool IsAnothers { get; init; }
}

/// <summary>What a source says of a user: whoever is granted is made, completed or refreshed from it.</summary>
/// <param name="Source">Which source says so.</param>
/// <param name="Username">As the source spells it.</param>
internal sealed record Profile(Source Source, string Username)
{
    /// <summary>Null: the source does not say. So with all that follow.</summary>
    public long? Number { get; init; }

    public string? Id { get; init; }

    public string? Email { get; init; }

    public string? Phone { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public long? RoleNumber { get; init; }

    public string? RoleName { get; init; }

    /// <summary>A JSON object.</summary>
    public string? Attributes { get; init; }

    /// <summary>True: the source goes on being right about its users, and what it says takes the place of what is stored. False: it only fills gaps.</summary>
    public bool Refreshes { get; init; }

    /// <summary>True: who has no role there has none here either.</summary>
    public bool DecidesRole { get; init; }

    /// <summary>What cannot be stored is not known: no login fails for a telephone number of two lines.</summary>
    public static string? Storable(string? value) => value?.Trim() is { } text && Names.Objection("A value", text) is null ? text : null;

    /// <summary>The same of attributes, which every login reads.</summary>
    public static string? StorableAttributes(string json) => Encoding.UTF8.GetByteCount(json) <= Names.MostAttributeBytes ? json : null;

    /// <summary>Whom it is about.</summary>
    public override string ToString() => $"{Username} ({Source})";
}
