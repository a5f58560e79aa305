using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// What may stand at one place of the configuration. Built from the option types (<see cref="OptionSchema"/>) and walked before anything is
/// bound: the stock binder stops at the first bad value and ignores unknown keys.
/// </summary>
internal abstract class SchemaNode
{
    /// <summary>What a valid value is, to follow "is not" and "Write".</summary>
    public abstract string Description { get; }

    /// <summary>Whether a change here or below takes effect while the gateway runs.</summary>
    public bool IsLive { get; set; }

    /// <summary>Adds every error at and below <paramref name="section"/>.</summary>
    public abstract void Walk(IConfigurationSection section, ErrorList errors);

    /// <summary>The node of a key below this one; null where there is none.</summary>
    public virtual SchemaNode? Find(string key) => null;

    /// <summary>Names below this node with their paths, to recognise a key in the wrong place.</summary>
    public virtual IEnumerable<(string Name, string Path)> Names(string path) => [];

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
