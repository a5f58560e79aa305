namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Keys of the operator's choice, all with the same kind of value.</summary>
/// <param name="element">What each value is.</param>
/// <param name="mayBeEmpty">Whether an empty text is a value, and not the lack of one.</param>
internal sealed class MapNode(SchemaNode element, bool mayBeEmpty = false) : SchemaNode
{
    /// <summary>Names with texts that YARP itself checks: metadata, and a transform's parameters.</summary>
    public static MapNode Texts { get; } = new(new ScalarNode(ScalarForm.Text), mayBeEmpty: true);

    public SchemaNode Element { get; } = element;

    public override string Description => $"an object whose keys are names of your choice and whose values are each {Element.Description}";

    public override void Walk(IConfigurationSection section, ErrorList errors)
    {
        if (!HasNoValue(section, errors))
        {
            return;
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (string.IsNullOrWhiteSpace(child.Key))
            {
                errors.Add(child.Path, "a name that is empty", "Give it a name");
            }
            else if (IsBlank(child) && Element is ObjectNode or ScalarNode && !(mayBeEmpty && child.Value is not null))
            {
                errors.Add(child.Path, "nothing is set", $"Write {Element.Description}, or take the key out");
            }
            else
            {
                Element.Walk(child, errors);
            }
        }
    }

    public override IEnumerable<(string Name, string Place)> Names(string place) => Element.Names(ConfigurationPath.Combine(place, "*"));
}
