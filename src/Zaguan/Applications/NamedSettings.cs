using Zaguan.Operations;
using Zaguan.Reading;

namespace Zaguan.Applications;

/// <summary>The settings that contracts name: in the application's section, else at the root (the environment); as themselves, else as a file.</summary>
internal sealed class NamedSettings(ConfigurationTree configuration, Problems problems)
{
    /// <summary>Null where it stands nowhere.</summary>
    public FoundSetting? Find(ApplicationSettings application, string name)
    {
        foreach (var find in new Func<string, SourceNode?>[] { application.Settings.GetValueOrDefault, configuration.Setting })
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
            problems.Add(file, $"The file of \"{name}\" cannot be read: {e.Message}");
            return null;
        }
    }
}

/// <param name="Value">Null: its file cannot be read, and the problem is told.</param>
/// <param name="At">Where it was written.</param>
internal sealed record FoundSetting(string? Value, SourceNode At);
