namespace SnetGateway.Gateway.Validation;

/// <summary>What the keys of a map are, by the name of a form, as `DataType` names the form of its values.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class KeyFormAttribute(string form) : Attribute
{
    public string Form => form;
}
