using Zaguan.Operations;
using Zaguan.Reading;

namespace Zaguan.Applications;

/// <summary>The settings that contracts name: in the application's section, else at the root (the environment); as themselves, else as a file.</summary>
internal sealed class NamedSettings(ConfigurationTree configuration, Problems problems)
{
    /// <summary>Settings that begin so may stand at the root of the configuration, and in the environment; others in the application's section alone.</summary>
    public const string SharedPrefix = "JWT_";

    /// <summary>Null where it stands nowhere.</summary>
    public FoundSetting? Find(ApplicationSettings application, string name)
    {
        // At the root stands much that is not meant for contracts, the whole environment for one.
        Func<string, SourceNode?>[] places = name.StartsWith(SharedPrefix, StringComparison.Ordinal)
            ? [application.Settings.GetValueOrDefault, configuration.Setting]
            : [application.Settings.GetValueOrDefault];
        foreach (var find in places)
        {
            if (find(name) is { Text.Length: > 0 } value)
            {
                return new(value.Text, value);
            }

            if (find($"{name}_FILE") is { Text.Length: > 0 } file)
            {
                return new(ReadFile(name, file), file);
            }
        }

        return null;
    }

    private string? ReadFile(string name, SourceNode file)
    {
        try
        {
            return File.ReadAllText(file.Text).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file that \"{name}_FILE\" names cannot be read: {Why(e)}.");
            return null;
        }
    }

    // Not the exception's own words: they repeat the path, which may be a secret that somebody put into the wrong setting.
    private static string Why(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "there is none",
        UnauthorizedAccessException => "Zaguan may not read it",
        _ => "the system refuses",
    };
}

/// <param name="Value">Null: its file cannot be read, and the problem is told.</param>
/// <param name="At">Where it was written.</param>
internal sealed record FoundSetting(string? Value, SourceNode At);
