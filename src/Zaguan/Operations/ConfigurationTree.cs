using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Zaguan.Reading;

namespace Zaguan.Operations;

/// <summary>Configuration as a tree that knows where each value was written: which file and line, or which environment variable.</summary>
internal sealed class ConfigurationTree(IConfigurationRoot configuration, string fileName, SourceNode? file)
{
    /// <summary>The whole of it, as far as <paramref name="names"/> and the file itself go: the environment holds much that is not ours.</summary>
    public SourceNode Root(IEnumerable<string> names)
    {
        var sections = names.Concat(file?.Members.Select(m => m.Name) ?? []).Distinct(StringComparer.OrdinalIgnoreCase);
        return new()
        {
            Kind = NodeKind.Object,
            Origin = fileName,
            Pointer = "",
            Members = [.. sections.Select(configuration.GetSection).Where(IsWritten).Select(s => new SourceMember(s.Key, Node(s, "")))],
        };
    }

    /// <summary>Where the value of a key ("Kestrel:Endpoints:Https:Url") was written.</summary>
    public SourceNode At(string key)
    {
        var pointer = key.Split(':').Aggregate("", SourceNode.Step);
        var (origin, line) = Place(key, pointer);
        return new() { Kind = NodeKind.Text, Origin = origin, Line = line, Pointer = pointer, Text = configuration[key] ?? "" };
    }

    /// <summary>One setting that stands outside every section, or null where it is absent or empty.</summary>
    public SourceNode? Setting(string name) => configuration[name] is { Length: > 0 } ? Node(configuration.GetSection(name), "") : null;

    /// <summary>An empty object of the file does not exist for .NET; a misspelt one must be told all the same.</summary>
    private bool IsWritten(IConfigurationSection section) =>
        section.Exists() || (file?.Members.Any(m => string.Equals(m.Name, section.Key, StringComparison.OrdinalIgnoreCase)) ?? false);

    private SourceNode Node(IConfigurationSection section, string parent)
    {
        var pointer = SourceNode.Step(parent, section.Key);
        var (origin, line) = Place(section.Path, pointer);
        var children = section.GetChildren().ToList();
        return new()
        {
            Kind = children.Count > 0 ? NodeKind.Object : NodeKind.Text,
            Origin = origin,
            Line = line,
            Pointer = pointer,
            Text = section.Value ?? "",
            Members = [.. children.Select(c => new SourceMember(c.Key, Node(c, pointer)))],
        };
    }

    private (string Origin, int? Line) Place(string path, string pointer)
    {
        // The last provider that has the value is the one that gives it.
        var provider = configuration.Providers.LastOrDefault(p => p.TryGet(path, out _));
        return provider switch
        {
            // Kept in memory: what stands in for the environment in tests.
            EnvironmentVariablesConfigurationProvider or MemoryConfigurationProvider => ($"environment variable {path.Replace(":", "__", StringComparison.Ordinal)}", null),
            JsonConfigurationProvider or null => (fileName, Line(pointer)),
            _ => (fileName, null),
        };
    }

    private int? Line(string pointer)
    {
        var node = file;
        foreach (var step in pointer.Split('/').Skip(1))
        {
            node = node?.Members.FirstOrDefault(m => string.Equals(SourceNode.Step("", m.Name)[1..], step, StringComparison.OrdinalIgnoreCase))?.Value
                ?? (int.TryParse(step, System.Globalization.CultureInfo.InvariantCulture, out var index) && node?.Items.Count > index ? node.Items[index] : null);
        }

        return node?.Line;
    }
}
