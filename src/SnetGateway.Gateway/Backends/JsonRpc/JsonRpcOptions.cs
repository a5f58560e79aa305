namespace SnetGateway.Gateway.Backends.JsonRpc;

/// <summary>How services are called that speak JSON-RPC 2.0.</summary>
public sealed class JsonRpcOptions
{
    /// <summary>The service's names of methods by the full path, `/package.Service/Method`. Unset for a method: its name without package and service.</summary>
    public Dictionary<string, string> Methods { get; set; } = new(StringComparer.Ordinal);
}
