using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>One value.</summary>
/// <param name="form">How it is read.</param>
internal sealed class ScalarNode(ScalarForm form) : SchemaNode
{
    public ScalarForm Form { get; } = form;

    public override string Description => Form.Description;

    public override void Walk(IConfigurationSection section, ErrorList errors)
    {
        if (section.GetChildren().Any())
        {
            errors.Add(section.Path, "an object or a list where one value is expected", $"Write {Description}");
        }
        else if (section.Value is { } value && !Form.Accepts(value))
        {
            string quoted = Form.MayHoldSecret ? "the value" : ErrorList.Quote(value);
            errors.Add(section.Path, $"{quoted} is not {Description}", Form.Advice(value) ?? $"Write {Description}");
        }
    }
}
