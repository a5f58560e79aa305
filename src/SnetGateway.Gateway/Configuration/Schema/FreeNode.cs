namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Free names with texts: metadata, and a YARP transform's parameters, which YARP itself judges.</summary>
internal sealed class FreeNode : SchemaNode
{
    public override string Description => "an object of names and texts";

    public override void Walk(IConfigurationSection section, MistakeList mistakes)
    {
        if (!HasNoValue(section, mistakes))
        {
            return;
        }

        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (child.GetChildren().Any())
            {
                mistakes.Add(child.Path, "an object or a list where a text is expected", "Write a text");
            }
            else if (child.Value is null)
            {
                mistakes.Add(child.Path, "nothing is set", "Write a text, or take the key out");
            }
        }
    }
}
