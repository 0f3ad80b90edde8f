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
            var source = JsonSource.Parse(file, File.ReadAllBytes(file), problems);
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

    /// <summary>What .NET's configuration does not take, or takes for something else: it ignores case, and a colon is its own separator.</summary>
    private static void CheckNames(SourceNode node, Problems problems)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in node.Members)
        {
            if (!names.Add(name))
            {
                problems.Add(value, $"\"{name}\" stands here a second time (small letters and capitals are the same here); keep one of them.");
            }
            else if (name.Contains(':', StringComparison.Ordinal))
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
