namespace Zaguan.Storage;

/// <summary>The database cannot be asked: locked, read-only, full, gone, or not keeping up. Never a reason to call a password wrong.</summary>
internal sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
