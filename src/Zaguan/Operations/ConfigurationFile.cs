using Zaguan.Reading;

namespace Zaguan.Operations;

/// <summary>The configuration file as it stands there, before .NET's configuration reads it.</summary>
internal static class ConfigurationFile
{
    /// <summary>The tree of the file; null where there is none, or after problems have been added.</summary>
    public static SourceNode? Read(string file, bool isNamed, Problems problems)
    {
        if (!File.Exists(file))
        {
            if (isNamed)
            {
                problems.Add(file, "The configuration file does not exist.");
            }

            return null;
        }

        try
        {
            var before = problems.Count;
            var source = JsonSource.Parse(file, File.ReadAllBytes(file), problems, StringComparer.OrdinalIgnoreCase);
            if (source is { Kind: not NodeKind.Object })
            {
                problems.Add(source, $"The configuration is an object, {{ … }}, not {source.KindInWords}.");
            }
            else if (source is not null)
            {
                CheckNames(source, problems);
            }

            return problems.Count == before ? source : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The configuration file cannot be read: {e.Message}");
            return null;
        }
    }

    /// <summary>.NET's configuration takes a colon for its own separator.</summary>
    private static void CheckNames(SourceNode node, Problems problems)
    {
        foreach (var (name, value) in node.Members)
        {
            if (name.Contains(':', StringComparison.Ordinal))
            {
                problems.Add(value, $"\"{name}\": a name has no colon; write an object in an object.");
            }

            CheckNames(value, problems);
        }

        foreach (var item in node.Items)
        {
            CheckNames(item, problems);
        }
    }
}
