using System.Runtime.CompilerServices;
using Zaguan.Storage;

namespace Zaguan.Tests.House;

/// <summary>Before a test can open a connection of its own: which SQLite is used is decided as the server decides it, and not by the library that comes with the connection.</summary>
internal static class FirstOfAll
{
    [ModuleInitializer]
    internal static void ChooseSqlite() => _ = SqliteLibrary.Version;
}
