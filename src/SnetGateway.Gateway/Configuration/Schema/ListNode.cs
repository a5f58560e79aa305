namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Elements in order. Their keys are numbers, which is how the configuration stores a JSON array.</summary>
internal sealed class ListNode(SchemaNode element) : SchemaNode
{
    public SchemaNode Element { get; } = element;

    public override string Description => $"a list, each element {Element.Description}";

    public override void Walk(IConfigurationSection section, ErrorList errors)
    {
        if (!HasNoValue(section, errors))
        {
            return;
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (child.Key.Length is 0 or > 9 || !child.Key.All(char.IsAsciiDigit))
            {
                errors.Add(child.Path, "a key where list elements are expected", $"Write {Description}");
            }
            else if (IsBlank(child))
            {
                errors.Add(child.Path, "an empty element", $"Write {Element.Description}, or take the element out");
            }
            else
            {
                Element.Walk(child, errors);
            }
        }
    }

    public override IEnumerable<(string Name, string Place)> Names(string place) => Element.Names(ConfigurationPath.Combine(place, "0"));
}
