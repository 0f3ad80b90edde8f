using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Users;

namespace Zaguan.Tests.House;

/// <summary>A database that holds the demo users, made once per run and copied: making their hashes costs half a second each time.</summary>
internal static class DemoDatabase
{
    private static readonly Lazy<Task<byte[]>> Made = new(MakeAsync);

    /// <summary>Puts a copy into a data folder.</summary>
    public static async Task CopyToAsync(string dataFolder)
    {
        PrivateFiles.CreateFolder(dataFolder);
        await File.WriteAllBytesAsync(Path.Combine(dataFolder, "zaguan.db"), await Made.Value);
    }

    private static async Task<byte[]> MakeAsync()
    {
        var folder = Directory.CreateTempSubdirectory("zaguan-").FullName;
        var file = Path.Combine(folder, "zaguan.db");
        await using (var database = SqliteDatabase.Open(file, TimeProvider.System))
        {
            await Demo.SeedAsync(database, new UserStore(database, TimeProvider.System), new());
        }

        var bytes = await File.ReadAllBytesAsync(file);
        Directory.Delete(folder, recursive: true);
        return bytes;
    }
}
