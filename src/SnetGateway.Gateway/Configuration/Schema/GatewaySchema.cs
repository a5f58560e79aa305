namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>The schema of the `SnetGateway` section.</summary>
internal static class GatewaySchema
{
    public static ObjectNode Node { get; } = OptionSchema.For(typeof(GatewayOptions));
}
