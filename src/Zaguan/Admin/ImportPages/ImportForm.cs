using System.Globalization;
using Zaguan.Admin.Entering;
using Zaguan.Passwords;
using Zaguan.Users.Import;

namespace Zaguan.Admin.ImportPages;

/// <summary>The form that asks what the columns are.</summary>
internal static class ImportForm
{
    public const string Attribute = "attribute";

    public static string FieldOf(int column) => $"column-{column.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Formats whose key is not asked for here are not offered.</summary>
    public static IEnumerable<string> Formats { get; } = [.. ImportedPassword.Formats.Where(f => f is not (ImportedPassword.Plain or ImportedPassword.Aes)).Order(StringComparer.Ordinal)];

    /// <summary>What was chosen, and what speaks against it.</summary>
    public static async Task<(ImportPlan Plan, IReadOnlyList<string> Objections)> ReadAsync(Visit visit, ImportSample sample, IReadOnlyList<string> realms)
    {
        var realm = await EnteringRoutes.FieldAsync(visit, "realm");
        var format = await EnteringRoutes.FieldAsync(visit, "format");
        var uses = new List<ColumnUse>();
        foreach (var (column, i) in sample.Columns.Select((c, i) => (c, i)))
        {
            uses.Add(new(column, await EnteringRoutes.FieldAsync(visit, FieldOf(i)) switch
            {
                Attribute when ColumnUse.MayBeAttribute(column) => null,
                var target when Enum.TryParse<ImportTarget>(target, out var known) && Enum.IsDefined(known) => known,
                _ => throw new BadHttpRequestException("A column is none of what it can be."),
            }));
        }

        if ((realm.Length > 0 && !realms.Contains(realm, StringComparer.Ordinal)) || (format.Length > 0 && format is not ImportedPassword.Plain && !Formats.Contains(format, StringComparer.Ordinal)))
        {
            throw new BadHttpRequestException("There is no such realm, or no such format.");
        }

        var plan = new ImportPlan(
            realm.Length > 0 ? realm : null,
            uses,
            format.Length > 0 ? format : null,
            (await EnteringRoutes.FieldAsync(visit, "without-passwords")).Length > 0,
            (await EnteringRoutes.FieldAsync(visit, "empty")).Length > 0);
        return (plan, [.. Objections(visit, plan)]);
    }

    private static IEnumerable<string> Objections(Visit visit, ImportPlan plan)
    {
        bool Has(ImportTarget target) => plan.Targets.Any(t => t.Target == target);
        foreach (var twice in plan.Targets.Where(t => t.Target is not (null or ImportTarget.Ignored)).GroupBy(t => t.Target!.Value).Where(g => g.Count() > 1))
        {
            var (name, columns) = (ImportWords.Of(visit, twice.Key), string.Join(", ", twice.Select(t => t.Column)));
            yield return visit.Say($"Dos columnas no pueden ser lo mismo ({name}): {columns}. Deje una.", $"Two columns cannot be the same ({name}): {columns}. Leave one.");
        }

        if (!Has(ImportTarget.Username) && !Has(ImportTarget.Email))
        {
            yield return visit.Say("Diga qué columna es el nombre de usuario, o el correo.", "Say which column is the user name, or the e-mail address.");
        }

        if (Has(ImportTarget.Password) == plan.WithoutPasswords)
        {
            yield return plan.WithoutPasswords
                ? visit.Say("Una columna es la contraseña, y a la vez nadie tiene contraseña. Quite lo uno o lo otro.", "A column is the password, and at the same time nobody has one. Take away one of the two.")
                : visit.Say("Diga qué columna es la contraseña; o marque que nadie tiene.", "Say which column is the password; or tick that nobody has one.");
        }

        if (plan.Realm is null && !Has(ImportTarget.Realm))
        {
            yield return visit.Say("Elija el ámbito, o diga qué columna lo dice.", "Choose the realm, or say which column says it.");
        }

        if (Has(ImportTarget.Salt) && plan.PasswordFormat is { } format && !ImportedPassword.HasSaltApart(format))
        {
            yield return visit.Say($"Las contraseñas de la forma «{format}» no llevan la sal en otra columna. Elija otra forma, o no importe esa columna.", $"Passwords of the form \"{format}\" have no salt in another column. Choose another form, or leave that column out.");
        }
    }
}
