namespace Zaguan.Benchmarks.House;

/// <summary>The server did not do what was to be measured.</summary>
internal sealed class BenchmarkFailedException(string message) : Exception(message);
