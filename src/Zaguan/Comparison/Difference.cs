namespace Zaguan.Comparison;

internal enum DifferenceKind
{
    Status,
    Header,

    /// <summary>One body is JSON and the other is not, or neither is and they differ.</summary>
    Body,

    /// <summary>The old system has the key, Zaguan does not.</summary>
    MissingKey,

    /// <summary>Zaguan has the key, the old system does not.</summary>
    ExtraKey,

    /// <summary>The same key but for capitals.</summary>
    KeyCase,

    /// <summary>A number against a text.</summary>
    Type,

    /// <summary>Lists of different lengths.</summary>
    Length,

    /// <summary>What the contract says word for word.</summary>
    Message,

    /// <summary>Data of a user or a role, or something that the contract does not know.</summary>
    Value,
}

/// <summary>One thing in which two replies differ. It holds no password and no token.</summary>
/// <param name="At">Of a header its name, of a body the JSON pointer (RFC 6901) in the old reply, in Zaguan's where the old one has nothing there.</param>
/// <param name="Old">What the old system says, in words.</param>
/// <param name="Zaguan">What Zaguan says, in words.</param>
internal sealed record Difference(DifferenceKind Kind, string At, string Old, string Zaguan)
{
    /// <summary>What a side says that says nothing.</summary>
    public const string Nothing = "nothing";

    public string KindInWords => Kind switch
    {
        DifferenceKind.Status => "status",
        DifferenceKind.Header => "header",
        DifferenceKind.Body => "body",
        DifferenceKind.MissingKey => "missing key",
        DifferenceKind.ExtraKey => "extra key",
        DifferenceKind.KeyCase => "key case",
        DifferenceKind.Type => "type",
        DifferenceKind.Length => "length",
        DifferenceKind.Message => "message",
        DifferenceKind.Value => "value",
    };

    public override string ToString() => $"{KindInWords}{(At.Length > 0 ? $" {At}" : "")}: old {Old}, Zaguan {Zaguan}";
}
