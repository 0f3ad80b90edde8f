using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Zaguan.Passwords;
using Zaguan.Reading;

namespace Zaguan.Users.Import;

/// <summary>A mapped row → somebody who can be a user, or why not. Only the row is looked at; who is there already is another matter.</summary>
internal sealed class CandidateReader(ImportOptions options, Func<string, string?> realmObjection, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Letters = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers to what the column is called. -1 is Access's, b'1' MySQL's BIT.</summary>
    private static readonly HashSet<string> Yes = Words("true,t,1,-1,b'1',yes,y,si,sí,s,verdadero,v,on,x");

    private static readonly HashSet<string> No = Words("false,f,0,b'0',no,n,falso,off");

    /// <summary>States, which mean the same whatever the column is called: "baja" in a column "baja" is no denial.</summary>
    private static readonly HashSet<string> Active = Words("active,activo,activa,act,a,enabled,habilitado,habilitada,vigente,alta,de alta");

    private static readonly HashSet<string> Inactive = Words("inactive,inactivo,inactiva,inact,i,disabled,deshabilitado,deshabilitada,baja,de baja,b,blocked,bloqueado,bloqueada,suspended,suspendido,suspendida,anulado,anulada,cesado,cesada,retirado,retirada,eliminado,eliminada");

    /// <summary>Day before month, as Spanish systems write it.</summary>
    private static readonly string[] SpanishInstants = ["d/M/yyyy", "d/M/yyyy H:mm", "d/M/yyyy H:mm:ss", "d-M-yyyy", "d-M-yyyy H:mm", "d-M-yyyy H:mm:ss", "d.M.yyyy", "d.M.yyyy H:mm:ss"];

    private readonly Dictionary<string, string?> realms = new(StringComparer.Ordinal);

    public (Candidate? Candidate, RefusedRow? Refusal) Read(MappedRow row)
    {
        try
        {
            return (Build(row), null);
        }
        catch (RowObjection objection)
        {
            return (null, row.Refuse(objection.Message));
        }
    }

    private Candidate Build(MappedRow row)
    {
        var email = Name(row, ImportTarget.Email, "An e-mail address");
        if (email is not null && !Names.IsEmail(email))
        {
            throw new RowObjection($"\"{email}\" is no e-mail address.");
        }

        var username = Name(row, ImportTarget.Username, "A user name") ?? (row[ImportTarget.Username] is null ? email : null) ?? throw new RowObjection("A user name is not empty.");
        var (number, id) = NumberAndId(row);
        var user = new NewUser
        {
            Realm = Realm(row),
            Username = username,
            Number = number,
            Id = id,
            Email = email,
            Phone = Name(row, ImportTarget.Phone, "A telephone number"),
            GivenName = Name(row, ImportTarget.GivenName, "A given name"),
            FamilyName = Name(row, ImportTarget.FamilyName, "A family name"),
            Role = Name(row, ImportTarget.Role, "A role"),
            Active = IsActive(row, ImportTarget.Active) && IsActive(row, ImportTarget.Inactive) && !IsLocked(row),
            Attributes = Attributes(row),
        };
        return new()
        {
            Line = row.Line,
            User = user,
            UsernameKey = Names.Key(username),
            EmailKey = email is null ? null : Names.Key(email),
            RoleNumber = Number(row, ImportTarget.RoleNumber, "A role's number"),
            Password = Password(row),
        };
    }

    private string Realm(MappedRow row)
    {
        var realm = options.Realm ?? row.Text(ImportTarget.Realm) ?? throw new RowObjection("This row names no realm.");
        if (!realms.TryGetValue(realm, out var objection))
        {
            objection = realmObjection(realm);
            if (realms.Count < ImportBounds.MostColumns)
            {
                realms.Add(realm, objection);
            }
        }

        return objection is null ? realm : throw new RowObjection(objection);
    }

    private static string? Name(MappedRow row, ImportTarget target, string what) =>
        row.Text(target) is not { } name ? null : Names.Objection(what, name) is { } objection ? throw new RowObjection(objection) : name;

    private static (long? Number, string? Id) NumberAndId(MappedRow row)
    {
        var number = Number(row, ImportTarget.Number, "A number");
        var id = Name(row, ImportTarget.Id, "An id");
        if (row.Text(ImportTarget.NumberOrId) is { } either)
        {
            // Where the file has a column for numbers, this one is the id.
            var isNumber = row[ImportTarget.Number] is null && either.All(char.IsAsciiDigit);
            return isNumber ? (Number(row, ImportTarget.NumberOrId, "A number"), id) : (number, id ?? Name(row, ImportTarget.NumberOrId, "An id"));
        }

        return (number, id);
    }

    private static long? Number(MappedRow row, ImportTarget target, string what) =>
        row.Text(target) is not { } written ? null
        : int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new RowObjection($"{what} is whole and from 0 to {int.MaxValue:N0}, because old clients store it as an integer; \"{Short(written)}\" is not.");

    private static bool IsActive(MappedRow row, ImportTarget target)
    {
        if (row[target] is not { Text: { } written } column)
        {
            return true;
        }

        var word = written.Trim();
        var says = target == ImportTarget.Inactive ? (IfYes: false, IfNo: true) : (IfYes: true, IfNo: false);
        return Active.Contains(word)
            || (!Inactive.Contains(word)
                && (Yes.Contains(word) ? says.IfYes
                    : No.Contains(word) ? says.IfNo
                    : throw new RowObjection($"The column \"{column.Name}\" says whether the user is {(target == ImportTarget.Inactive ? "inactive" : "active")}, with a yes or a no ({string.Join(", ", Yes)}; {string.Join(", ", No)}) or with a state ({string.Join(", ", Active)}; {string.Join(", ", Inactive)}); \"{Short(written)}\" says neither. Where it means something else: --map ignored={column.Name}")));
    }

    /// <summary>As ASP.NET Core Identity keeps people out: until the year 9999, often.</summary>
    private bool IsLocked(MappedRow row) =>
        row.Text(ImportTarget.LockedUntil) is { } written
        && (DateTimeOffset.TryParseExact(written, SpanishInstants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
            || DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out until)
            ? until > clock.GetUtcNow()
            : throw new RowObjection($"The column \"{row[ImportTarget.LockedUntil]!.Value.Name}\" says until when the user is kept out, as 2030-12-31T23:59:59Z or 31/12/2030 23:59; \"{Short(written)}\" is no instant."));

    private ImportedPassword? Password(MappedRow row)
    {
        if (row[ImportTarget.Password]?.Objection is { } unusable)
        {
            throw new RowObjection(unusable);
        }

        if (row[ImportTarget.Password]?.Text is not { } text)
        {
            return null;
        }

        var told = row.Text(ImportTarget.PasswordFormat) ?? options.PasswordFormat;
        var format = ImportedPassword.Formats.Append("none").FirstOrDefault(f => string.Equals(f, told, StringComparison.OrdinalIgnoreCase)) ?? told;
        if (format is "none" || (options.NoPasswordWhereEmpty && ImportedPassword.IsEmpty(text, format)))
        {
            return null;
        }

        if (format is not null && !ImportedPassword.Formats.Contains(format, StringComparer.Ordinal))
        {
            // Where columns are shifted, what stands there may be a password.
            throw new RowObjection($"What stands in the column \"{row[ImportTarget.PasswordFormat]!.Value.Name}\" is no password format; zaguan import --help lists them.{Nearest.Suggestion(format, ImportedPassword.Formats)}");
        }

        if (!ImportedPassword.IsEmpty(text, format) && row[ImportTarget.Salt] is { } salt)
        {
            text = WithSalt(text, salt, format);
        }

        var (password, objection) = ImportedPassword.Read(text, format, options.KeepsWeakHashes, options.Aes, options.PasswordsAreIn1252);
        return objection is null ? password : throw new RowObjection(objection);
    }

    private string WithSalt(string text, ImportField salt, string? format)
    {
        if (format is null ? options.SaltsAreTold : ImportedPassword.HasSaltApart(format))
        {
            return $"{text.Trim()}:{salt.Text}";
        }

        // Of a column that is only called so, what belongs to plain text or to bcrypt is nothing; beside an md5 it is what nobody could log in without.
        var matters = format is not null && !string.IsNullOrWhiteSpace(salt.Text) && (options.SaltsAreTold || ImportedPassword.WithSaltApart(format).Count > 0);
        return matters
            ? throw new RowObjection(ImportedPassword.SaltObjection(format!, $"the column \"{salt.Name}\" holds one{(options.SaltsAreTold ? "" : $" (if it is none: --map ignored={salt.Name})")}"))
            : text;
    }

    private string? Attributes(MappedRow row)
    {
        var attributes = new JsonObject();
        if (row.Text(ImportTarget.Attributes) is { } told)
        {
            attributes = Parse(told) as JsonObject ?? throw new RowObjection("The attributes are one JSON object.");
        }

        foreach (var other in options.KeepsAttributes ? row.Others.Where(o => o.Text is not null && !ColumnNames.IsSecretive(o.Name)) : [])
        {
            attributes[other.Name.StartsWith("attributes.", StringComparison.Ordinal) ? other.Name["attributes.".Length..] : other.Name] = other.IsJson ? Parse(other.Text!) : other.Text;
        }

        if (attributes.Count == 0)
        {
            return null;
        }

        var stored = attributes.ToJsonString(Letters);
        return Encoding.UTF8.GetByteCount(stored) <= Names.MostAttributeBytes ? stored : throw new RowObjection($"The attributes have more than {Names.MostAttributeBytes:N0} bytes together.");
    }

    private static JsonNode? Parse(string json)
    {
        // The tree finds what the parser lets pass: a name that stands twice, half a character.
        var problems = new Problems();
        try
        {
            JsonSource.Parse("attributes", Encoding.UTF8.GetBytes(json), problems);
            if (problems.Count == 0)
            {
                return JsonNode.Parse(json);
            }
        }
        catch (JsonException)
        {
            // Comments and commas that only the files of people may have.
        }

        throw new RowObjection("The attributes are no JSON that can be kept: it is broken, a name stands twice, or a text holds half a character.");
    }

    private static HashSet<string> Words(string words) => words.Split(',').ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string Short(string text) => text.Length > 40 ? $"{text[..40]}…" : text;

    /// <summary>Ends the reading of one row; caught where it began, a few lines above.</summary>
    private sealed class RowObjection(string sentence) : Exception(sentence);
}
