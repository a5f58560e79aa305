using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Any number of values of one kind: a list, whose keys are numbers, or a map, whose keys the operator chooses.</summary>
/// <param name="element">What each value is.</param>
/// <param name="isList">Whether it is a list.</param>
/// <param name="mayBeEmpty">For a map: whether an empty text is a value, rather than the lack of one.</param>
internal sealed class CollectionNode(SchemaNode element, bool isList, bool mayBeEmpty = false) : SchemaNode
{
    public SchemaNode Element { get; } = element;

    public bool IsList { get; } = isList;

    public override string Description => IsList
        ? $"a list, each element {Element.Description}"
        : $"an object whose keys are names of your choice and whose values are each {Element.Description}";

    public override void Walk(IConfigurationSection section, ErrorList errors)
    {
        if (!HasNoValue(section, errors))
        {
            return;
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (IsList && (child.Key.Length is 0 or > 9 || !child.Key.All(char.IsAsciiDigit)))
            {
                errors.Add(child.Path, "a key where list elements are expected", $"Write {Description}");
            }
            else if (string.IsNullOrWhiteSpace(child.Key))
            {
                errors.Add(child.Path, "the name is empty", "Write a name");
            }
            else if (IsBlank(child) && (IsList || Element is not CollectionNode) && !(mayBeEmpty && child.Value is not null))
            {
                errors.Add(child.Path, "nothing is set", $"Write {Element.Description}, or remove it");
            }
            else
            {
                Element.Walk(child, errors);
            }
        }
    }

    public override SchemaNode? Find(string key) => Element;

    public override IEnumerable<(string Name, string Path)> Names(string path) => Element.Names(ConfigurationPath.Combine(path, IsList ? "0" : "*"));
}
