using Zaguan.Login;

namespace Zaguan.Comparison;

/// <summary>One request that both systems get.</summary>
/// <param name="Method">As the contract says.</param>
/// <param name="ContentType">Empty: it says none.</param>
/// <param name="Secrets">What is in it that nothing may repeat.</param>
internal sealed record LoginCase(string Name, string Method, ReadOnlyMemory<byte> Body, string ContentType, IReadOnlyList<Secret> Secrets);
