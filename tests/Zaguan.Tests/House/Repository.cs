namespace Zaguan.Tests.House;

/// <summary>The files that the tests look at in the repository itself.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    public static string Contracts => Path.Combine(Root, "contracts");

    /// <summary>The names of the contracts that ship.</summary>
    public static IEnumerable<string> ContractNames => Directory.EnumerateFiles(Contracts, "*.json")
        .Select(f => Path.GetFileNameWithoutExtension(f)!)
        .Where(n => !n.EndsWith(".schema", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    /// <summary>The names of the examples that lie beside them.</summary>
    public static IEnumerable<string> ExampleNames => Directory.EnumerateFiles(Path.Combine(Contracts, "examples"), "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    public static string ExampleText(string name) => File.ReadAllText(Path.Combine(Contracts, "examples", $"{name}.json"));

    public static string ContractText(string name) => File.ReadAllText(Path.Combine(Contracts, $"{name}.json"));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Zaguan.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
