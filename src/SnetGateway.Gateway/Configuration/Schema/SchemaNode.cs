namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// What may stand at one place of the configuration. Built from the option types (<see cref="OptionSchema"/>) and checked before anything
/// is bound (<see cref="SchemaCheck"/>): the stock binder stops at the first bad value and ignores unknown keys.
/// </summary>
/// <param name="Description">What a valid value is, to follow "is not" and "Write".</param>
internal abstract record SchemaNode(string Description)
{
    /// <summary>Whether a change here or below takes effect while the gateway runs.</summary>
    public bool IsLive { get; init; }

    /// <summary>Whether the values here and below are secrets, which are shown nowhere.</summary>
    public bool IsSecret { get; init; }

    /// <summary>Whether this node, or one on the way to a key below it, is live.</summary>
    public bool HasLive(ReadOnlySpan<string> path) => IsLive || (path.Length > 0 && Find(path[0])?.HasLive(path[1..]) == true);

    /// <summary>The node at the end of a path from here; null where there is none. It is a secret if one on the way is.</summary>
    public SchemaNode? FindBelow(ReadOnlySpan<string> path) =>
        path.Length == 0 ? this
        : Find(path[0])?.FindBelow(path[1..]) is not { } found ? null
        : IsSecret ? found with { IsSecret = true }
        : found;

    /// <summary>The node of a key below this one; null where there is none.</summary>
    public virtual SchemaNode? Find(string key) => null;
}

/// <summary>Known keys, each with its own node.</summary>
internal sealed record ObjectNode(IReadOnlyList<SchemaProperty> Properties)
    : SchemaNode($"an object with the keys {string.Join(", ", Properties.Select(property => property.Name))}")
{
    public override SchemaNode? Find(string key) => Properties.FirstOrDefault(property => property.Is(key))?.Node;
}

/// <summary>A key of an object.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Node">What is valid there.</param>
/// <param name="IsRequired">Whether it must be set, and to more than an empty text.</param>
internal sealed record SchemaProperty(string Name, SchemaNode Node, bool IsRequired = false)
{
    /// <summary>Whether it, or a key of its object, is required: it is checked also where the operator wrote nothing.</summary>
    public bool NeedsKey { get; } = IsRequired || (Node is ObjectNode known && known.Properties.Any(property => property.NeedsKey));

    public bool Is(string key) => string.Equals(Name, key, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Any number of values of one kind: a list, whose keys are numbers, or a map, whose keys the operator chooses.</summary>
internal sealed record CollectionNode(SchemaNode Element, bool IsList) : SchemaNode(IsList
    ? $"a list, each element {Element.Description}"
    : $"an object whose keys are names of your choice and whose values are each {Element.Description}")
{
    /// <summary>For a map: what a key is.</summary>
    public ScalarNode Keys { get; init; } = ScalarNode.Text;

    /// <summary>For a map: keys that have a meaning, among others that have none.</summary>
    public IReadOnlyList<SchemaProperty> Known { get; init; } = [];

    /// <summary>For a map: whether an empty text is a value, rather than the lack of one.</summary>
    public bool MayBeEmpty { get; init; }

    public override SchemaNode Find(string key) => Known.FirstOrDefault(property => property.Is(key))?.Node ?? Element;
}

/// <summary>
/// A key of YARP or ASP.NET that asks for something which the gateway does not have: accepted, it would silently have no effect.
/// </summary>
/// <param name="Problem">Why it is refused.</param>
/// <param name="Remedy">What to write instead.</param>
/// <param name="Harmless">A value that asks for nothing, as the empty text does.</param>
internal sealed record RefusedNode(string Problem, string Remedy, string Harmless = "") : SchemaNode("nothing");
