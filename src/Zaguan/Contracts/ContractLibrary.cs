using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Zaguan.Reading;

namespace Zaguan.Contracts;

/// <summary>The contracts there are: those that ship inside the executable, and those of the contracts/ folder, which add to them or replace one by name.</summary>
internal static class ContractLibrary
{
    private const string Prefix = "contracts/";

    /// <summary>By name. A broken file adds problems and no contract: it does not let the shipped one of its name through either.</summary>
    public static IReadOnlyDictionary<string, Contract> Load(string folder, Problems problems)
    {
        var contracts = new Dictionary<string, Contract>(StringComparer.Ordinal);
        foreach (var (name, origin, json) in Shipped())
        {
            if (ContractCompiler.Compile(name, origin, json, problems) is { } contract)
            {
                contracts[name] = contract;
            }
        }

        foreach (var file in Files(folder, problems))
        {
            contracts.Remove(Path.GetFileNameWithoutExtension(file));
            if (CompileFile(file, problems) is { } contract)
            {
                contracts[contract.Name] = contract;
            }
        }

        return contracts;
    }

    /// <summary>
    /// Changes when a file of the folder does. Made of what the files say and not of their dates: those of a linked file
    /// (a Kubernetes ConfigMap) stay as they were, and some volumes keep whole seconds.
    /// </summary>
    public static string Fingerprint(string folder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var problems = new Problems();
        foreach (var file in Files(folder, problems))
        {
            var content = ReadFile(file, problems) ?? [];
            hash.AppendData(Encoding.UTF8.GetBytes($"{Path.GetFileName(file)}\n{content.Length}\n"));
            hash.AppendData(content);
        }

        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', problems)));
        return Convert.ToHexString(hash.GetCurrentHash());
    }

    /// <summary>By its name: the schema of contracts lies beside them.</summary>
    public static bool IsContract(string file) => !file.EndsWith(".schema.json", StringComparison.OrdinalIgnoreCase);

    /// <summary>The files of the folder that are contracts, in the order of their names. No folder, no files.</summary>
    private static IReadOnlyList<string> Files(string folder, Problems problems)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder, "*.json").Where(IsContract).Order(StringComparer.Ordinal)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(folder, $"The folder of contracts cannot be read: {e.Message}");
            return [];
        }
    }

    /// <summary>Null after problems have been added.</summary>
    public static Contract? CompileFile(string file, Problems problems) => ReadFile(file, problems) is { } json
        ? ContractCompiler.Compile(Path.GetFileNameWithoutExtension(file), file, json, problems)
        : null;

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

    private static byte[]? ReadFile(string file, Problems problems)
    {
        try
        {
            if (new FileInfo(file).Length <= JsonSource.MostBytes)
            {
                return File.ReadAllBytes(file);
            }

            problems.Add(file, $"The file is larger than {JsonSource.MostBytes:N0} bytes; no contract is.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(file, $"The file cannot be read: {e.Message}");
        }

        return null;
    }
}
