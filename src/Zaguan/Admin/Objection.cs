namespace Zaguan.Admin;

internal enum ObjectionKind
{
    /// <summary>It can never be so.</summary>
    Wrong,

    /// <summary>Somebody or something else has it already.</summary>
    Taken,

    /// <summary>Others may do it.</summary>
    Forbidden,
}

/// <summary>What speaks against a change, in the language of the visit; the change is not done.</summary>
/// <param name="Field">As the API calls it.</param>
internal sealed record Objection(string Field, string Sentence, ObjectionKind Kind = ObjectionKind.Wrong);
