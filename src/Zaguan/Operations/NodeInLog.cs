namespace Zaguan.Operations;

/// <summary>Puts the node's name into every line of the structured log, and nothing else of what surrounds it: paths and connections are not for logs.</summary>
internal sealed class NodeInLog(string node) : IExternalScopeProvider
{
    private readonly KeyValuePair<string, object?>[] scope = [new("Node", node)];

    public void ForEachScope<TState>(Action<object?, TState> callback, TState state) => callback(scope, state);

    public IDisposable Push(object? state) => Nothing.Instance;

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Instance = new();

        public void Dispose()
        {
        }
    }
}
