using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Adds every error of the keys and values at and below a place of the configuration, by its schema.</summary>
/// <param name="errors">Gets the errors.</param>
/// <param name="unused">A section that this configuration does not use, so that nothing of it can be missing; null for none.</param>
internal sealed class SchemaCheck(ErrorList errors, string? unused = null)
{
    public void Check(SchemaNode node, IConfigurationSection section)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        switch (node)
        {
            case ScalarNode when children.Length > 0:
                errors.Add(section.Path, "an object or a list where one value is expected", $"Write {node.Description}");
                break;
            case ScalarNode scalar when section.Value is { } value && !scalar.Accepts(value):
                string quoted = scalar.MayHoldSecret ? "the value" : ErrorList.Quote(value);
                errors.Add(section.Path, $"{quoted} is not {node.Description}", scalar.Advice(value) ?? $"Write {node.Description}");
                break;
            case RefusedNode refused:
                bool isHarmless = string.IsNullOrEmpty(section.Value)
                    || string.Equals(section.Value, refused.Harmless, StringComparison.OrdinalIgnoreCase);
                errors.Check(section.Path, (!isHarmless || children.Length > 0, refused.Problem, refused.Remedy));
                break;
            case ObjectNode or CollectionNode when !string.IsNullOrEmpty(section.Value):
                errors.Add(section.Path, "a plain value where keys or elements are expected", $"Write {node.Description}");
                break;
            case ObjectNode known:
                CheckObject(known, section, children);
                break;
            case CollectionNode many:
                CheckCollection(many, children);
                break;
        }
    }

    private void CheckObject(ObjectNode known, IConfigurationSection section, IConfigurationSection[] children)
    {
        foreach (IConfigurationSection child in children.Where(child => known.Find(child.Key) is null))
        {
            errors.Add(child.Path, "unknown key", Suggest(known, child.Key));
        }

        bool isUsed = unused is null || !section.Path.Equals(unused, StringComparison.OrdinalIgnoreCase);
        foreach (SchemaProperty property in known.Properties.Where(
            one => (one.NeedsKey && isUsed) || Array.Exists(children, child => one.Is(child.Key))))
        {
            IConfigurationSection child = section.GetSection(property.Name);
            if (property.IsRequired && string.IsNullOrWhiteSpace(child.Value) && !child.GetChildren().Any())
            {
                errors.Add(child.Path, "missing", $"Write {property.Node.Description}");
            }

            Check(property.Node, child);
        }
    }

    private void CheckCollection(CollectionNode many, IConfigurationSection[] children)
    {
        foreach (IConfigurationSection child in children)
        {
            bool isNoIndex = many.IsList && !(child.Key.Length is > 0 and <= 9 && child.Key.All(char.IsAsciiDigit));
            bool isNoName = string.IsNullOrWhiteSpace(child.Key), isNoKey = !many.Keys.Accepts(child.Key);
            bool mayBeBlank = (many.MayBeEmpty && child.Value is not null) || (!many.IsList && many.Element is CollectionNode);
            bool isBlank = !mayBeBlank && string.IsNullOrEmpty(child.Value) && !child.GetChildren().Any();
            if (isNoIndex || isNoName || isNoKey || isBlank)
            {
                errors.Check(
                    child.Path,
                    (isNoIndex, "a key where list elements are expected", $"Write {many.Description}"),
                    (isNoName, "the name is empty", "Write a name"),
                    (isNoKey, $"the key is not {many.Keys.Description}", $"Write {many.Keys.Description}"),
                    (isBlank, "nothing is set", $"Write {many.Element.Description}, or remove it"));
            }

            Check(many.Find(child.Key), child);
        }
    }

    private static string Suggest(ObjectNode known, string key)
    {
        string[] names = [.. known.Properties.Select(property => property.Name)];
        return ClosestMatch.Find(key, names) is { } near ? $"Write '{near}' if that was meant, or remove it"
            : PathsBelow(known, key).FirstOrDefault() is { } path ? $"This key belongs one level down, at '{path}'"
            : $"Remove it. Expected one of: {string.Join(", ", names)}";
    }

    /// <summary>Where a key would be known below a node, to recognise one in the wrong place.</summary>
    private static IEnumerable<string> PathsBelow(SchemaNode node, string key) => node switch
    {
        ObjectNode known => known.Properties.SelectMany(property => property.Is(key)
            ? [property.Name]
            : PathsBelow(property.Node, key).Select(path => $"{property.Name}:{path}")),
        CollectionNode many => PathsBelow(many.Element, key).Select(path => $"{(many.IsList ? "0" : "*")}:{path}"),
        _ => [],
    };
}
