namespace Clinica;

/// <summary>How Romsoft's API answers.</summary>
internal sealed record Envelope<T>(bool Success, bool Warning, string? Message, T? Data);

internal static class Envelope
{
    public static Envelope<T> Of<T>(T data) => new(Success: true, Warning: false, Message: null, data);
}
