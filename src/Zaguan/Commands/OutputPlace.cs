namespace Zaguan.Commands;

/// <summary>Whether something can be written where a command is to write: asked before the work whose result it is.</summary>
internal static class OutputPlace
{
    /// <summary>Why no folder can be made here, or nothing written in it; null: it can.</summary>
    public static string? ObjectionToFolder(string folder)
    {
        if (folder.Length == 0)
        {
            return "--output names a folder, and is empty.";
        }

        var there = Path.GetFullPath(folder);
        while (!Path.Exists(there) && Path.GetDirectoryName(there) is { } parent)
        {
            there = parent;
        }

        return File.Exists(there) ? $"{there} is a file; --output names a folder." : ObjectionToWriting(there);
    }

    /// <summary>Why no file can be made here; null: it can.</summary>
    public static string? ObjectionToFile(string file) => file.Length == 0 ? "--output names the file to write, and is empty."
        : File.Exists(file) ? $"{file} is there already. Nothing is overwritten: name another one, or take it away."
        : Directory.Exists(file) ? $"{file} is a folder; --output names the file to write, {Path.Combine(file, "nuevo.json")}."
        : Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder) ? $"There is no folder {folder}; make it first, or name another file."
        : ObjectionToWriting(Path.GetDirectoryName(Path.GetFullPath(file))!);

    private static string? ObjectionToWriting(string folder)
    {
        try
        {
            using var probe = new FileStream(Path.Combine(folder, $".zaguan-{Guid.NewGuid():N}"), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"In {folder} nothing can be written: {e.Message}";
        }
    }
}
