using Zaguan.Applications;
using Zaguan.Operations;

namespace Zaguan.Commands;

/// <summary>Who else can read or write the files that are nobody's business: the database, the secrets, a configuration with secrets in it.</summary>
internal static class FileFindings
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    public static IEnumerable<Finding> Of(Setup setup)
    {
        if (setup.SettingsAreBroken)
        {
            yield break;
        }

        var folder = Path.GetFullPath(setup.Settings.DataFolder);
        if (!Directory.Exists(folder))
        {
            yield return new(Verdict.Notice, "data folder", $"{folder} is not there yet; the server makes it when it starts.");
        }
        else if (Mode(folder) is { } mode && mode.HasFlag(UnixFileMode.OtherWrite))
        {
            yield return new(Verdict.Problem, "data folder", $"Everybody on this machine can put files into {folder}, a database of their own too. Run: chmod o-w {folder}");
        }
        else
        {
            yield return new(Verdict.Good, "data folder", folder);
        }

        foreach (var (about, file) in Private(setup, folder).DistinctBy(f => f.File, StringComparer.Ordinal).Where(f => File.Exists(f.File)))
        {
            if (Mode(file) is { } mode && (mode & Others) != UnixFileMode.None)
            {
                var can = mode.HasFlag(UnixFileMode.OtherWrite) ? "write" : "read";
                yield return new(Verdict.Problem, about, $"Everybody on this machine can {can} {file}. Run: chmod o-rwx {file}");
            }
        }
    }

    private static IEnumerable<(string About, string File)> Private(Setup setup, string folder)
    {
        var database = Path.GetFullPath(setup.Database.File);
        foreach (var file in new[] { database, $"{database}-wal", $"{database}-shm" })
        {
            yield return ("database", file);
        }

        var own = Path.Combine(folder, "secrets");
        foreach (var file in Directory.Exists(own) ? Directory.GetFiles(own).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            yield return ("secret", file);
        }

        yield return ("secret", Path.GetFullPath(setup.MasterKeyFile));

        foreach (var account in setup.Directories.Values.Select(d => d?.Search?.Account).Where(a => a is not null))
        {
            yield return ("secret", Path.GetFullPath(account!.PasswordFile));
        }

        foreach (var (name, application) in setup.Settings.Applications)
        {
            var secrets = setup.Contracts.GetValueOrDefault(application.Contract ?? name)?.Token?.SecretSettings ?? [];
            foreach (var file in secrets.SelectMany(secret => FilesOf(setup, application, secret)))
            {
                yield return ("secret", Path.GetFullPath(file));
            }
        }
    }

    private static IEnumerable<string> FilesOf(Setup setup, ApplicationSettings application, string secret)
    {
        foreach (var file in new[] { application.Settings.GetValueOrDefault($"{secret}_FILE")?.Text, setup.Configuration[$"{secret}_FILE"] })
        {
            if (!string.IsNullOrEmpty(file))
            {
                yield return file;
            }
        }

        // Written into the configuration itself, the secret is as private as that file.
        if (application.Settings.GetValueOrDefault(secret) is { Line: not null } written)
        {
            yield return written.Origin;
        }
    }

    private static UnixFileMode? Mode(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
}
