namespace Zaguan.Passwords.Formats;

/// <summary>The text of a hash that an export keeps in several places. One of the two is there.</summary>
internal sealed record ComposedText(string? Text, string? Objection)
{
    /// <summary>The text, where it can be used.</summary>
    public static ComposedText Of(string text) => HashFormats.Read(text) is { Hash: null } reading ? Refused(reading.Objection ?? "This is no hash.") : new(text, null);

    public static ComposedText Refused(string sentence) => new(null, sentence);

    /// <summary>Its kind, and no hash.</summary>
    public override string ToString() => Objection ?? "a hash";
}
