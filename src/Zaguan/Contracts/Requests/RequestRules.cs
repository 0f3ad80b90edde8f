namespace Zaguan.Contracts.Requests;

/// <summary>What a contract says of its request, compiled.</summary>
internal sealed class RequestRules
{
    /// <summary>In the contract's order, which is that of {invalid}.</summary>
    public required IReadOnlyList<FieldRule> Fields { get; init; }

    public required IReadOnlyList<RequestSource> From { get; init; }

    /// <summary>Null: the usual ones.</summary>
    public required IReadOnlyList<string>? ContentTypes { get; init; }

    public required bool Strict { get; init; }

    public required EmptyBody Empty { get; init; }

    public FieldRule Identifier => field ??= Fields.First(f => f.Role == FieldRole.Identifier);

    public FieldRule Password => field ??= Fields.First(f => f.Role == FieldRole.Password);

    public FieldRule? Directory { get; init; }

    /// <summary>The fields as they lie in a body.</summary>
    public PathNode Tree => field ??= PathNode.Of(Fields, PlaceKind.Source);

    /// <summary>Those that stand in the query whatever the body is.</summary>
    public PathNode Query => field ??= PathNode.Of(Fields, PlaceKind.Query);

    /// <summary>Both fields that every contract has, of a request that cannot be read.</summary>
    public IReadOnlyList<InvalidField> MissingFields => field ??= [.. Fields.Where(f => f.Role is FieldRole.Identifier or FieldRole.Password).Select(f => f.Breaks(InvalidRule.Missing))];

    /// <summary>Credentials of a client stand beside the fields of the body.</summary>
    public bool ReadsBasic => Kinds.Contains(PlaceKind.Basic);

    public bool ReadsHeaders => Kinds.Contains(PlaceKind.Header);

    private HashSet<PlaceKind> Kinds => field ??= [.. Fields.SelectMany(f => f.Places).Select(p => p.Kind)];

    public FieldRule? Named(string name) => Fields.FirstOrDefault(f => f.Role == FieldRole.Named && string.Equals(f.Name, name, StringComparison.Ordinal));
}

/// <summary>A name within a body: a field, or an object in which fields lie.</summary>
internal sealed class PathNode(string name)
{
    private PathNode[] children = [];

    public string Name => name;

    /// <summary>The field that it is; null: it is an object.</summary>
    public FieldRule? Field { get; private set; }

    /// <summary>Which of that field's places it is: the first goes before the others.</summary>
    public int Rank { get; private set; }

    public IReadOnlyList<PathNode> Children => children;

    public static PathNode Of(IReadOnlyList<FieldRule> fields, PlaceKind kind)
    {
        var root = new PathNode("");
        foreach (var field in fields)
        {
            foreach (var (rank, place) in field.Places.Index().Where(p => p.Item.Kind == kind))
            {
                var node = place.Path.Aggregate(root, (at, step) => at.Child(step) ?? at.Add(step));
                (node.Field, node.Rank) = (field, rank);
            }
        }

        return root;
    }

    public PathNode? Child(string called)
    {
        foreach (var child in children)
        {
            if (string.Equals(child.Name, called, StringComparison.OrdinalIgnoreCase))
            {
                return child;
            }
        }

        return null;
    }

    private PathNode Add(string called)
    {
        var child = new PathNode(called);
        children = [.. children, child];
        return child;
    }
}
