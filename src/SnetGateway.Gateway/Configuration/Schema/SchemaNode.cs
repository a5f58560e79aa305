namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// What may stand at one place of the configuration. Made from the option types (<see cref="OptionSchema"/>), walked before anything is bound:
/// the stock binder stops at the first bad value and passes over what it does not know.
/// </summary>
internal abstract class SchemaNode
{
    /// <summary>What a right value is, to follow "is not" and "write".</summary>
    public abstract string Description { get; }

    /// <summary>Adds every error at and below <paramref name="section"/>, which exists.</summary>
    public abstract void Walk(IConfigurationSection section, ErrorList errors);

    /// <summary>Names below this node, with their places; how a key in the wrong place is recognised.</summary>
    public virtual IEnumerable<(string Name, string Place)> Names(string place) => [];

    /// <summary>Nothing but `null` or `""`, which every node but text takes for "not set".</summary>
    protected static bool IsBlank(IConfigurationSection section) => string.IsNullOrEmpty(section.Value) && !section.GetChildren().Any();

    /// <summary>Adds an error and returns false where a plain value stands instead of keys.</summary>
    protected bool HasNoValue(IConfigurationSection section, ErrorList errors)
    {
        if (string.IsNullOrEmpty(section.Value))
        {
            return true;
        }

        errors.Add(section.Path, "a plain value where keys or elements are expected", $"Write {Description}");
        return false;
    }
}
