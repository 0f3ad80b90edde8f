using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Zaguan.Argon2;
using Zaguan.Login;
using Zaguan.Passwords;
using Zaguan.Passwords.Formats;
using Zaguan.Reading;
using Zaguan.Users.Import;

namespace Zaguan.Commands;

/// <summary>zaguan import: users from another system's file or database.</summary>
internal sealed class ImportCommand
{
    public const string Name = "import";

    /// <summary>Where a connection string stands that nobody else shall read.</summary>
    private const string FromVariable = "ZAGUAN_IMPORT_FROM";

    private readonly Argument<string?> file = new("FILE") { Description = "CSV, JSON Lines, or the export of another login system. Left out with --query.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> realm = Arguments.Text("--realm", "The realm of all these users. When absent a column \"realm\" says it.", "REALM");
    private readonly Option<string?> format = Arguments.Read("--format", $"What the file is, where that is not recognised by its content: {string.Join(", ", ImportFile.Formats)}.", "FORMAT", w => OneOf("--format", w, ImportFile.Formats));
    private readonly Option<Encoding?> encoding = Arguments.Read("--encoding", $"The file's letters, when not UTF-8: {string.Join(", ", ImportEncoding.Known.Keys.Skip(1))}.", "ENCODING", ReadEncoding);
    private readonly Option<string[]> map = new("--map") { Description = $"What a column is, where its name does not say it: username=LOGIN. Repeated. There are: {string.Join(", ", ColumnNames.Targets.Keys)}.", HelpName = "WHAT=COLUMN" };
    private readonly Option<string?> passwordFormat = Arguments.Read("--password-format", $"What the passwords are, where their text cannot tell: {string.Join(", ", ImportedPassword.Formats)}. \"plain\" is the password itself.", "FORMAT", w => OneOf("--password-format", w, [.. ImportedPassword.Formats]));
    private readonly Option<string?> passwordEncoding = Arguments.Read("--password-encoding", $"The letters in which the old system hashed: utf-8, or {LettersFormat.Encoding1252}, where its pages were not UTF-8 (also for ISO 8859-1). Without, a hash of \"contraseña\" is taken for one of its UTF-8.", "ENCODING", w => OneOf("--password-encoding", w, ["utf-8", LettersFormat.Encoding1252]));
    private readonly Option<string?> aesKey = Arguments.Text("--aes-key-file", $"A file with the key of the old system's AES, as text, for the password format \"{ImportedPassword.Aes}\" (CBC, the key's first 16 bytes as initialisation vector).", "FILE");
    private readonly Option<string?> salt = Arguments.Text("--salt", "The column of the passwords' salts.", "COLUMN");
    private readonly Option<bool> keepWeakHashes = new("--keep-weak-hashes") { Description = "Store weak hashes as they are. Without, Argon2id is put over every hash below bcrypt." };
    private readonly Option<bool> noPasswordWhereEmpty = new("--no-password-where-empty") { Description = "An empty password is none: the user is added and cannot log in with a password. Without, the row is refused." };
    private readonly Option<bool> withoutPasswords = new("--without-passwords") { Description = "The users have no passwords. Without, a file that has no column for them is refused whole." };
    private readonly Option<bool> attributes = new("--attributes") { Description = "Keep columns that mean nothing as attributes of the user." };
    private readonly Option<bool> noNewRoles = new("--no-new-roles") { Description = "Refuse a row whose role is missing. Without, the role is made." };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Read and judge everything, write nothing." };
    private readonly Option<string?> refused = Arguments.Text("--refused", "Write the refused rows with their reasons to this file (CSV), readable for you alone. Passwords are left out.", "FILE");
    private readonly Option<string?> from = Arguments.Text("--from", $"The connection string of the old database (SQLite, PostgreSQL, SQL Server), with --query. Where it holds a password: --from-file, or the environment variable {FromVariable}.", "CONNECTION");
    private readonly Option<string?> fromFile = Arguments.Text("--from-file", "A file with that connection string.", "FILE");
    private readonly Option<string?> query = Arguments.Text("--query", "The query on the old database. Its columns are those of the import.", "SQL");
    private readonly Option<string?> firebase = Arguments.Text("--firebase-hash-config", "A file with the password hash parameters that the Firebase console shows.", "FILE");
    private readonly Option<bool> json = Arguments.Json();

    public static Command Create(Terminal terminal)
    {
        var it = new ImportCommand();
        var command = new Command(Name, "Import users with their passwords. Run again it adds who is missing and changes nobody.")
        {
            it.file, it.realm, it.format, it.encoding, it.map, it.passwordFormat, it.passwordEncoding, it.aesKey, it.salt, it.keepWeakHashes, it.noPasswordWhereEmpty, it.withoutPasswords, it.attributes, it.noNewRoles,
            it.dryRun, it.refused, it.from, it.fromFile, it.query, it.firebase, it.json,
        };
        command.Validators.Add(it.CheckTogether);

        // On another thread, because System.CommandLine listens for Ctrl-C only once the action has handed back its task.
        command.SetAction((parsed, interrupted) => Task.Run(
            () => Desk.WorkAsync(parsed, terminal, desk => it.RunAsync(desk, parsed, interrupted), makesDatabase: true), CancellationToken.None));
        return command;
    }

    private void CheckTogether(CommandResult result)
    {
        if (result.GetValue(file) is null == result.GetValue(query) is null)
        {
            result.AddError("Name a file, or --query with --from: users are imported from one of them.");
        }

        if (result.GetValue(query) is null && (result.GetValue(from) ?? result.GetValue(fromFile)) is not null)
        {
            result.AddError("--from goes with --query \"SELECT …\", which says what is taken from the database.");
        }

        if (result.GetValue(salt) is { } column && result.GetValue(passwordFormat) is { } told && !ImportedPassword.HasSaltApart(told))
        {
            result.AddError(ImportedPassword.SaltObjection(told, $"--salt names \"{column}\" as the column of theirs"));
        }

        foreach (var objection in (result.GetValue(map) ?? []).Select(m => ReadMap(m).Objection).OfType<string>())
        {
            result.AddError(objection);
        }
    }

    private async Task<int> RunAsync(Desk desk, ParseResult parsed, CancellationToken interrupted)
    {
        if (parsed.GetValue(realm) is { } named && await desk.RealmObjectionAsync(named) is { } objection)
        {
            return await desk.Terminal.RefuseAsync(objection);
        }

        try
        {
            if (parsed.GetValue(refused) is not { } refusedFile)
            {
                return await ImportAsync(desk, parsed, _ => { }, interrupted);
            }

            if (!await RefusedRowsFile.MayReplaceAsync(refusedFile))
            {
                return await desk.Terminal.RefuseAsync($"{refusedFile} is there already and is no list of refused rows: it is left as it is. Name another file with --refused.");
            }

            var code = ExitCode.NotDone;
            var written = await WholeFile.WriteAsync(desk.Terminal, refusedFile, async writer =>
            {
                using var rows = new RefusedRowsFile(writer);
                code = await ImportAsync(desk, parsed, rows.Write, interrupted);
            });
            return written == ExitCode.Done ? code : written;
        }
        catch (ImportSourceException e)
        {
            await desk.Terminal.Error.WriteLineAsync(Printing.Printable(e.Message));
            return ExitCode.Problems;
        }
    }

    private async Task<int> ImportAsync(Desk desk, ParseResult parsed, Action<RefusedRow> onRefused, CancellationToken interrupted)
    {
        await using var source = await OpenAsync(parsed);
        var options = Options(parsed, desk.Setup.Settings.Hashing.Cost, parsed.GetValue(aesKey) is { } key ? await ReadAesKeyAsync(key) : null);
        var known = await desk.KnownRealmsAsync();
        var run = new ImportRun(options, desk.Imports, r => Desk.RealmObjection(r, known), desk.Terminal.Clock);
        var report = new ImportReport { Format = source.Format, OnRefused = onRefused };
        var asJson = parsed.GetValue(json);
        await ProgressView.ShowAsync(desk.Terminal, isQuiet: asJson, progress => run.RunAsync(source, report, progress, interrupted));
        if (asJson)
        {
            await desk.Terminal.WriteJsonAsync(ImportSummary.Json(report, options));
        }
        else
        {
            ImportSummary.Write(desk.Terminal, report, options, parsed.GetValue(refused));
        }

        return report.WasInterrupted ? await desk.Terminal.RefuseAsync("Interrupted. Run the same command again to go on.")
            : report.Refused > 0 ? ExitCode.Problems
            : ExitCode.Done;
    }

    private async Task<ImportSource> OpenAsync(ParseResult parsed)
    {
        if (parsed.GetValue(query) is { } sql)
        {
            var connection = parsed.GetValue(from) ?? (parsed.GetValue(fromFile) is { } secret ? await ReadConnectionAsync(secret) : Environment.GetEnvironmentVariable(FromVariable));
            return await DatabaseRows.OpenAsync(connection ?? throw new ImportSourceException($"--query goes with --from CONNECTION, --from-file FILE, or the environment variable {FromVariable}."), sql);
        }

        var hashing = parsed.GetValue(firebase) is { } parameters ? FirebaseHashing.Read(parameters) : null;
        return await ImportFile.OpenAsync(parsed.GetValue(file)!, new(parsed.GetValue(format), parsed.GetValue(encoding), hashing));
    }

    private static async Task<HashFormat> ReadAesKeyAsync(string path)
    {
        try
        {
            var key = new Secret((await File.ReadAllBytesAsync(path)).AsSpan().TrimEnd("\r\n"u8));
            return ClearFormats.KeyObjection(key) is { } objection ? throw new ImportSourceException($"{path}: {objection}") : ClearFormats.Aes(key);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportSourceException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static async Task<string> ReadConnectionAsync(string path)
    {
        try
        {
            return (await File.ReadAllLinesAsync(path)).FirstOrDefault(l => !string.IsNullOrWhiteSpace(l))?.Trim() ?? throw new ImportSourceException($"{path} is empty; it holds a connection string.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ImportSourceException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private ImportOptions Options(ParseResult parsed, Argon2Cost cost, HashFormat? aes) => new()
    {
        Realm = parsed.GetValue(realm),
        Map = [.. (parsed.GetValue(map) ?? []).Select(m => ReadMap(m).Value!.Value), .. parsed.GetValue(salt) is { } column ? [(ImportTarget.Salt, column)] : Array.Empty<(ImportTarget, string)>()],
        PasswordFormat = parsed.GetValue(passwordFormat),
        KeepsWeakHashes = parsed.GetValue(keepWeakHashes),
        NoPasswordWhereEmpty = parsed.GetValue(noPasswordWhereEmpty),
        PasswordsAreIn1252 = parsed.GetValue(passwordEncoding) is LettersFormat.Encoding1252,
        WithoutPasswords = parsed.GetValue(withoutPasswords),
        KeepsAttributes = parsed.GetValue(attributes),
        MakesRoles = !parsed.GetValue(noNewRoles),
        IsDryRun = parsed.GetValue(dryRun),
        Cost = cost,
        Aes = aes,
    };

    private static ((ImportTarget Target, string Column)? Value, string? Objection) ReadMap(string written)
    {
        if (written.Split('=', 2) is not [var what, { Length: > 0 } column])
        {
            return (null, $"--map is written WHAT=COLUMN, for example username=LOGIN, not \"{written}\".");
        }

        return ColumnNames.Targets.TryGetValue(what, out var target)
            ? ((target, column), null)
            : (null, $"A user has no \"{what}\" (there are: {string.Join(", ", ColumnNames.Targets.Keys)}).{Nearest.Suggestion(what, ColumnNames.Targets.Keys)}");
    }

    private static (Encoding? Value, string? Objection) ReadEncoding(string written) => ImportEncoding.Known.TryGetValue(written, out var encoding)
        ? (encoding(), null)
        : (null, $"--encoding is one of {string.Join(", ", ImportEncoding.Known.Keys)}, not \"{written}\".{Nearest.Suggestion(written, ImportEncoding.Known.Keys)}");

    private static (string? Value, string? Objection) OneOf(string option, string written, IReadOnlyList<string> known) =>
        known.FirstOrDefault(k => string.Equals(k, written, StringComparison.OrdinalIgnoreCase)) is { } meant ? (meant, null)
        : Nearest.Suggestion(written, known) is { Length: > 0 } suggestion ? (null, $"{option} has no \"{written}\".{suggestion} zaguan import --help lists all.")
        : (null, $"{option} is one of {string.Join(", ", known)}, not \"{written}\".");
}
