namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>A key of an <see cref="ObjectNode"/>.</summary>
/// <param name="Name">As it is written.</param>
/// <param name="Node">What may stand there.</param>
/// <param name="IsRequired">Whether it must be set, and to more than an empty text.</param>
internal sealed record SchemaProperty(string Name, SchemaNode Node, bool IsRequired)
{
    public bool IsSetIn(IConfigurationSection parent)
    {
        IConfigurationSection section = parent.GetSection(Name);
        return !string.IsNullOrWhiteSpace(section.Value) || section.GetChildren().Any();
    }
}
