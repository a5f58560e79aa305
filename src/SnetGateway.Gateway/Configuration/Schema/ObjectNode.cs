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
            if (Find(child.Key) is { } property)
            {
                property.Node.Walk(child, errors);
            }
            else
            {
                errors.Add(child.Path, "unknown key", Suggest(child.Key));
            }
        }

        foreach (SchemaProperty property in Properties.Where(p => p.IsRequired && !p.IsSetIn(section)))
        {
            errors.Add(ConfigurationPath.Combine(section.Path, property.Name), "missing", $"Write {property.Node.Description}");
        }

        // An object that is not written may still hold keys that must be.
        foreach (SchemaProperty property in Properties.Where(p => p.Node is ObjectNode && !p.IsRequired && !p.IsSetIn(section)))
        {
            property.Node.Walk(section.GetSection(property.Name), errors);
        }
    }

    public override IEnumerable<(string Name, string Place)> Names(string place) => Properties.SelectMany(p =>
    {
        string path = place.Length == 0 ? p.Name : ConfigurationPath.Combine(place, p.Name);
        return p.Node.Names(path).Prepend((p.Name, path));
    });

    private SchemaProperty? Find(string key) => Properties.FirstOrDefault(p => string.Equals(p.Name, key, StringComparison.OrdinalIgnoreCase));

    private string Suggest(string key)
    {
        if (ClosestMatch.Nearest(key, Properties.Select(p => p.Name)) is { } near)
        {
            return $"Write '{near}' if that was meant, or take it out";
        }

        string? place = Names("").Where(n => string.Equals(n.Name, key, StringComparison.OrdinalIgnoreCase)).Select(n => n.Place).FirstOrDefault();
        return place is not null
            ? $"This key belongs one level down, at '{place}'"
            : $"Take it out; known here are {string.Join(", ", Properties.Select(p => p.Name))}";
    }
}
