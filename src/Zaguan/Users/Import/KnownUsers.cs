namespace Zaguan.Users.Import;

/// <summary>Users who are there already and have something of a batch's candidates, and what that makes of each candidate.</summary>
internal sealed class KnownUsers
{
    private readonly Dictionary<(string Realm, string What, string Value), User> byClaim = [];

    public void Add(User user)
    {
        byClaim[(user.Realm, "user name", Names.Key(user.Username))] = user;
        byClaim[(user.Realm, "id", user.Id)] = user;
        byClaim[(user.Realm, "number", Number(user.Number))] = user;
        if (user.Email is { } email)
        {
            byClaim[(user.Realm, "e-mail address", Names.Key(email))] = user;
        }
    }

    /// <summary>
    /// Somebody of this name who has everything that the row says is the same user: there already, whatever became of the
    /// password and of the account since. With other data it is a collision, and so is another's number, id or address.
    /// </summary>
    /// <returns>Whether the user is there already; or why the row is refused.</returns>
    public (bool IsThere, string? Objection) Judge(Candidate candidate)
    {
        var user = candidate.User;
        if (byClaim.GetValueOrDefault((user.Realm, "user name", candidate.UsernameKey)) is { } same)
        {
            var others = Differences(user, same).ToList();
            return others.Count == 0 ? (true, null) : (false, $"{same.Username} is there already, with another {string.Join(", ", others)}. An import changes nobody who is there.");
        }

        foreach (var (what, value) in new[] { ("id", user.Id), ("number", user.Number is { } number ? Number(number) : null), ("e-mail address", candidate.EmailKey) })
        {
            if (value is not null && byClaim.GetValueOrDefault((user.Realm, what, value)) is { } other)
            {
                return (false, $"The {what} is that of {other.Username} already.");
            }
        }

        return (false, null);
    }

    private static IEnumerable<string> Differences(NewUser row, User there)
    {
        (string What, string? Row, string? There)[] data =
        [
            ("number", row.Number is { } number ? Number(number) : null, Number(there.Number)),
            ("id", row.Id, there.Id),
            ("e-mail address", row.Email, there.Email),
            ("telephone number", row.Phone, there.Phone),
            ("given name", row.GivenName, there.GivenName),
            ("family name", row.FamilyName, there.FamilyName),
            ("role", row.Role is null ? null : Names.Key(row.Role), there.RoleName is null ? null : Names.Key(there.RoleName)),
            ("attributes", row.Attributes, there.Attributes),
        ];
        return data.Where(d => d.Row is not null && !string.Equals(d.Row, d.There, StringComparison.Ordinal)).Select(d => d.What);
    }

    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
