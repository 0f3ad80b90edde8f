using System.Text;
using Zaguan.Storage;

namespace Zaguan.Commands;

/// <summary>A file that is there complete, or not at all: written under another name beside it, then renamed.</summary>
internal static class WholeFile
{
    /// <summary>Readable for its owner alone, like the database that it comes from.</summary>
    public static async Task<int> WriteAsync(Terminal terminal, string file, Func<TextWriter, Task> write)
    {
        var path = Path.GetFullPath(file);
        if (Directory.Exists(path) || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal))
        {
            return await terminal.RefuseAsync($"{file} is no file that could be replaced. Name one, or leave --output out and use the standard output.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            return await terminal.RefuseAsync($"There is no folder {Path.GetDirectoryName(path)} to write {Path.GetFileName(path)} into.");
        }

        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            await using (var stream = PrivateFiles.Create(unfinished))
            {
                await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
                await write(writer);
                await writer.FlushAsync();
                stream.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            return await terminal.RefuseAsync($"Interrupted. {file} was not written.");
        }
        finally
        {
            File.Delete(unfinished);
        }
    }
}
