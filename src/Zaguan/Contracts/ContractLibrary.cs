using System.Reflection;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>The contracts there are: those that ship inside the executable, and those of the contracts/ folder, which add to them or replace one by name.</summary>
internal static class ContractLibrary
{
    private const string Prefix = "contracts/";

    public static IReadOnlyDictionary<string, Contract> Load(string folder, Problems problems)
    {
        var contracts = new Dictionary<string, Contract>(StringComparer.Ordinal);
        foreach (var (name, origin, json) in Shipped())
        {
            Add(contracts, Compile(name, origin, json, problems));
        }

        foreach (var file in Files(folder))
        {
            Add(contracts, CompileFile(file, problems));
        }

        return contracts;
    }

    /// <summary>The files of the folder that are contracts, in the order of their names.</summary>
    public static IReadOnlyList<string> Files(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateFiles(folder, "*.json").Where(IsContract).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>By its name: the schema of contracts lies beside them.</summary>
    public static bool IsContract(string file) => !file.EndsWith(".schema.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null after problems have been added.</summary>
    public static Contract? CompileFile(string file, Problems problems)
    {
        try
        {
            if (new FileInfo(file).Length > JsonSource.MostBytes)
            {
                problems.Add(file, $"The file is larger than {JsonSource.MostBytes:N0} bytes; no contract is.");
                return null;
            }

            return Compile(Path.GetFileNameWithoutExtension(file), file, File.ReadAllBytes(file), problems);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
            return null;
        }
    }

    public static IEnumerable<(string Name, string Origin, byte[] Json)> Shipped()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            yield return (Path.GetFileNameWithoutExtension(resource[Prefix.Length..]), $"(shipped) {resource}", copy.ToArray());
        }
    }

    private static Contract? Compile(string name, string origin, byte[] json, Problems problems) => ContractCompiler.Compile(name, origin, json, problems);

    private static void Add(Dictionary<string, Contract> contracts, Contract? contract)
    {
        if (contract is not null)
        {
            contracts[contract.Name] = contract;
        }
    }
}
