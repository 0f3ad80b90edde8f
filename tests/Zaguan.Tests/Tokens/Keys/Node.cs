using Zaguan.Operations;
using Zaguan.Storage;
using Zaguan.Tests.House;
using Zaguan.Tokens.Keys;

namespace Zaguan.Tests.Tokens.Keys;

/// <summary>What one of several nodes has of the keys: its configuration, its connections to the database that all share, what it knows.</summary>
internal sealed class Node : IAsyncDisposable
{
    public Node(string folder, TimeProvider clock, params (string Key, string? Value)[] more)
    {
        Setup = Setup.Read(TestHouse.SetupOptionsOf(OwnKeysHouse.Options(clock, folder, more), folder, TestDatabase.OfAsync(folder).GetAwaiter().GetResult()));
        Setup.Problems.ShouldBeEmpty();
        Database = Database.Open(Setup.Database, clock);
        Store = new(Database);
        Keys = new(Store, Setup, clock);
    }

    public Setup Setup { get; }

    public Database Database { get; }

    public KeyStore Store { get; }

    public SigningKeys Keys { get; }

    public IEnumerable<string> Kids => Setup.Keys.Keys.Select(k => k.Stored.Kid);

    public ValueTask DisposeAsync()
    {
        Keys.Dispose();
        return Database.DisposeAsync();
    }
}
