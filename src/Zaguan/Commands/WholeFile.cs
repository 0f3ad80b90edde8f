using System.Text;
using Zaguan.Storage;

namespace Zaguan.Commands;

/// <summary>A file that is there complete, or not at all: written under another name beside it, then renamed.</summary>
internal static class WholeFile
{
    /// <summary>A text, readable for its owner alone, like the database that it comes from.</summary>
    public static Task<int> WriteAsync(Terminal terminal, string file, Func<TextWriter, Task> write) =>
        MakeAsync(terminal, file, "Name one, or leave --output out and use the standard output.", async unfinished =>
        {
            await using var stream = PrivateFiles.Create(unfinished);
            await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
            await write(writer);
            await writer.FlushAsync();
            stream.Flush(flushToDisk: true);
            return ExitCode.Done;
        });

    /// <param name="advice">To whoever names what is no file.</param>
    /// <param name="make">Makes the file under the name that it is given, and brings it to the disk. What is not done is not kept.</param>
    public static async Task<int> MakeAsync(Terminal terminal, string file, string advice, Func<string, Task<int>> make)
    {
        var path = Path.GetFullPath(file);
        if (Directory.Exists(path) || path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal))
        {
            return await terminal.RefuseAsync($"{file} is no file that could be replaced. {advice}");
        }

        if (!Directory.Exists(Path.GetDirectoryName(path)))
        {
            return await terminal.RefuseAsync($"There is no folder {Path.GetDirectoryName(path)} to write {Path.GetFileName(path)} into.");
        }

        var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var code = await make(unfinished);
            if (code == ExitCode.Done)
            {
                File.Move(unfinished, path, overwrite: true);
            }

            return code;
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
