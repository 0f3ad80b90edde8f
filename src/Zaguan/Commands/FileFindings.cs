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
        var database = Path.GetFullPath(setup.DatabaseFile);
        foreach (var file in new[] { database, $"{database}-wal", $"{database}-shm" })
        {
            yield return ("database", file);
        }

        var secrets = Path.Combine(folder, "secrets");
        foreach (var file in Directory.Exists(secrets) ? Directory.GetFiles(secrets).Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
        {
            yield return ("secret", file);
        }

        yield return ("secret", Path.GetFullPath(setup.MasterKeyFile));

        foreach (var (name, application) in setup.Settings.Applications)
        {
            if (!setup.Contracts.TryGetValue(application.Contract ?? name, out var contract) || contract.Token is not { SecretSetting: { } secret })
            {
                continue;
            }

            foreach (var file in new[] { application.Settings.GetValueOrDefault($"{secret}_FILE")?.Text, setup.Configuration[$"{secret}_FILE"] })
            {
                if (!string.IsNullOrEmpty(file))
                {
                    yield return ("secret", Path.GetFullPath(file));
                }
            }

            // Written into the configuration itself, the secret is as private as that file.
            if (application.Settings.GetValueOrDefault(secret) is { Line: not null } written)
            {
                yield return ("secret", Path.GetFullPath(written.Origin));
            }
        }
    }

    private static UnixFileMode? Mode(string path) => OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(path);
}
