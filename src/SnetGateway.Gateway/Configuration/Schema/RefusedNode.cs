using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// A key of YARP or ASP.NET that asks for something which the gateway does not have: accepted, it would silently have no effect.
/// </summary>
/// <param name="problem">Why it is refused.</param>
/// <param name="remedy">What to write instead.</param>
/// <param name="harmless">A value that asks for nothing, as the empty text does.</param>
internal sealed class RefusedNode(string problem, string remedy, string harmless = "") : SchemaNode
{
    public override string Description => "nothing";

    public override void Walk(IConfigurationSection section, ErrorList errors)
    {
        bool isHarmless = string.IsNullOrEmpty(section.Value) || string.Equals(section.Value, harmless, StringComparison.OrdinalIgnoreCase);
        errors.AddIf(!isHarmless || section.GetChildren().Any(), section.Path, problem, remedy);
    }
}
