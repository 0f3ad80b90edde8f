using Zaguan.Login;

namespace Zaguan.Contracts.Requests;

internal enum FieldState
{
    Absent,
    Null,
    Text,
    Number,
    True,
    False,

    /// <summary>An object or a list.</summary>
    Other,
}

/// <summary>What a request has of one field. Of a password the text is a secret.</summary>
internal struct FieldValue
{
    public FieldState State { get; set; }

    public string? Text { get; set; }

    public Secret? Secret { get; set; }

    /// <summary>Which of its places it stands in.</summary>
    public int Rank { get; set; }
}

/// <summary>What was read of a request, field by field.</summary>
internal sealed class FieldSlots(RequestRules rules) : IDisposable
{
    /// <summary>Names that a contract does not know are told; a body of nothing else has no more of them than this.</summary>
    private const int MostUnknown = 16;

    private readonly FieldValue[] values = new FieldValue[rules.Fields.Count];
    private List<string>? unknown;

    /// <summary>A field came twice, or in two of its places, or under a name that some stacks change: another reader of the same bytes may take another one.</summary>
    public bool IsAmbiguous { get; private set; }

    public IReadOnlyList<string> Unknown => unknown ?? [];

    public bool IsStrict => rules.Strict;

    public ref readonly FieldValue this[FieldRule field] => ref values[field.Index];

    /// <summary>A field that comes twice in one place counts as it comes last, as in the original stacks; of two places the first counts.</summary>
    /// <returns>False: what was there before goes on counting.</returns>
    public bool Takes(PathNode node, FieldState state) => Takes(node.Field!, node.Rank, state);

    public bool Takes(FieldRule field, int rank, FieldState state)
    {
        ref readonly var before = ref values[field.Index];
        IsAmbiguous |= before.State != FieldState.Absent;
        return before.State == FieldState.Absent || rank == before.Rank
            || (rank < before.Rank ? state != FieldState.Null || before.State == FieldState.Null : before.State == FieldState.Null);
    }

    public void Set(FieldRule field, int rank, FieldState state, string? text = null, Secret? secret = null)
    {
        ref var value = ref values[field.Index];
        value.Secret?.Dispose();
        value = new() { State = state, Text = text, Secret = secret, Rank = rank };
    }

    public void NoteAmbiguity() => IsAmbiguous = true;

    public void NoteUnknown(string name)
    {
        if (rules.Strict && (unknown ??= []).Count < MostUnknown)
        {
            unknown.Add(name);
        }
    }

    /// <summary>What was read becomes somebody else's to dispose of.</summary>
    public Secret? TakeSecret(FieldRule field)
    {
        var secret = values[field.Index].Secret;
        values[field.Index].Secret = null;
        return secret;
    }

    public void Dispose()
    {
        foreach (ref var value in values.AsSpan())
        {
            value.Secret?.Dispose();
        }
    }
}
