using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Zaguan.Login;

/// <summary>Bytes that nobody may see: a password as typed, a signing secret. Wiped when disposed; printing it is a bug and throws.</summary>
[JsonConverter(typeof(Unserialisable))]
internal sealed class Secret : IDisposable
{
    // Pinned, so that the collector leaves no copies behind when it moves things.
    private readonly byte[] bytes;

    public Secret(ReadOnlySpan<byte> utf8)
    {
        bytes = GC.AllocateUninitializedArray<byte>(utf8.Length, pinned: true);
        utf8.CopyTo(bytes);
    }

    private Secret(int length) => bytes = GC.AllocateUninitializedArray<byte>(length, pinned: true);

    public static Secret FromText(ReadOnlySpan<char> text)
    {
        var secret = new Secret(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, secret.bytes);
        return secret;
    }

    public int Length => bytes.Length;

    /// <summary>For the one line that computes with it.</summary>
    public ReadOnlySpan<byte> Reveal() => bytes;

    public void Dispose() => CryptographicOperations.ZeroMemory(bytes);

    public override string ToString() => throw new InvalidOperationException("A secret cannot be printed.");

    private sealed class Unserialisable : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret cannot be read from JSON.");

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) =>
            throw new NotSupportedException("A secret cannot be written as JSON.");
    }
}
