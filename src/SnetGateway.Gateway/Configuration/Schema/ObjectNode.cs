using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Known keys, each with its own node.</summary>
internal sealed class ObjectNode(IReadOnlyList<SchemaProperty> properties) : SchemaNode
{
    public IReadOnlyList<SchemaProperty> Properties { get; } = properties;

    public override string Description => $"an object with the keys {string.Join(", ", Properties.Select(p => p.Name))}";

    public override void Walk(IConfigurationSection section, ErrorList errors)
    {
        if (!HasNoValue(section, errors))
        {
            return;
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (Find(child.Key) is { } node)
            {
                node.Walk(child, errors);
            }
            else
            {
                errors.Add(child.Path, "unknown key", Suggest(child.Key));
            }
        }

        foreach (SchemaProperty property in Properties.Where(p => !p.IsSetIn(section)))
        {
            if (property.IsRequired)
            {
                errors.Add(ConfigurationPath.Combine(section.Path, property.Name), "missing", $"Write {property.Node.Description}");
            }
            else if (property.Node is ObjectNode)
            {
                // An object that is not written may still have required keys.
                property.Node.Walk(section.GetSection(property.Name), errors);
            }
        }
    }

    public override SchemaNode? Find(string key) => Properties.FirstOrDefault(p => string.Equals(p.Name, key, StringComparison.OrdinalIgnoreCase))?.Node;

    public override IEnumerable<(string Name, string Path)> Names(string path) => Properties.SelectMany(p =>
    {
        string own = path.Length == 0 ? p.Name : ConfigurationPath.Combine(path, p.Name);
        return p.Node.Names(own).Prepend((p.Name, own));
    });

    private string Suggest(string key) =>
        ClosestMatch.Find(key, Properties.Select(p => p.Name)) is { } near ? $"Write '{near}' if that was meant, or remove it"
        : Names("").FirstOrDefault(n => string.Equals(n.Name, key, StringComparison.OrdinalIgnoreCase)).Path is { } path ? $"This key belongs one level down, at '{path}'"
        : $"Remove it. Expected one of: {string.Join(", ", Properties.Select(p => p.Name))}";
}

/// <summary>A key of an <see cref="ObjectNode"/>.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Node">What is valid there.</param>
/// <param name="IsRequired">Whether it must be set, and to more than an empty text.</param>
internal sealed record SchemaProperty(string Name, SchemaNode Node, bool IsRequired = false)
{
    public bool IsSetIn(IConfigurationSection parent)
    {
        IConfigurationSection section = parent.GetSection(Name);
        return !string.IsNullOrWhiteSpace(section.Value) || section.GetChildren().Any();
    }
}
