namespace Zaguan.Passwords.Formats;

/// <summary>The text of a hash that an export keeps in several places. One of the two is there.</summary>
internal sealed record ComposedText(string? Text, string? Objection)
{
    /// <summary>The text, where it can be used.</summary>
    public static ComposedText Of(string text) => HashFormats.Read(text) switch
    {
        { Hash: not null } => new(text, null),
        { Objection: { } objection } => Refused(objection),
        _ => Refused("What the export says of this hash is none that is known."),
    };

    public static ComposedText Refused(string sentence) => new(null, sentence);

    /// <summary>Its kind, and no hash.</summary>
    public override string ToString() => Objection ?? "a hash";
}
