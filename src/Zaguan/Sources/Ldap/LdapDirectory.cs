namespace Zaguan.Sources.Ldap;

/// <summary>A directory, as compiled. Immutable.</summary>
internal sealed record LdapDirectory(string Name)
{
    /// <summary>In the order in which they are tried.</summary>
    public required IReadOnlyList<Uri> Servers { get; init; }

    /// <summary>The certificates that are trusted, in PEM.</summary>
    public required string AuthoritiesFile { get; init; }

    /// <summary>Null: a user binds under the name that the service account found.</summary>
    public required BindName? BindAs { get; init; }

    /// <summary>Null: nothing is read of users.</summary>
    public required DirectorySearch? Search { get; init; }

    public required TimeSpan Deadline { get; init; }

    public required bool CreatesUsers { get; init; }

    /// <summary>What is ours → what is the directory's.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    public required IReadOnlyList<GroupRole> Roles { get; init; }

    /// <summary>Whether what the directory says of a user is taken over at each login.</summary>
    public bool Refreshes => Attributes.Count > 0 || Roles.Count > 0;
}

/// <param name="Account">Who looks; null: each user for himself.</param>
internal sealed record DirectorySearch(string Base, SearchFilter Filter, ServiceAccount? Account);

internal sealed record ServiceAccount(string Name, string PasswordFile);

/// <param name="Group">Its distinguished name.</param>
internal sealed record GroupRole(string Group, string Role);

/// <summary>Whom a login means, as directories are told.</summary>
/// <param name="Username">The user's name here, or what was typed where nobody has it.</param>
/// <param name="Identifier">What was typed.</param>
internal sealed record LoginName(string Username, string Identifier)
{
    public const string UsernamePlaceholder = "{username}";
    public const string IdentifierPlaceholder = "{identifier}";

    public static bool IsIn(string template) => template.Contains(UsernamePlaceholder, StringComparison.Ordinal) || template.Contains(IdentifierPlaceholder, StringComparison.Ordinal);

    /// <summary>The template with the names in it, each as <paramref name="escape"/> makes it.</summary>
    public string Fill(string template, Func<string, string> escape) =>
        // One after the other would look for placeholders in what somebody typed.
        string.Join(escape(Identifier), template.Split(IdentifierPlaceholder).Select(part => part.Replace(UsernamePlaceholder, escape(Username), StringComparison.Ordinal)));
}
