using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.JsonRpc;

/// <summary>How services that speak JSON-RPC 2.0 are called.</summary>
public sealed class JsonRpcOptions
{
    /// <summary>
    /// JSON-RPC method names by the full path of the gRPC method, `/package.Service/Method`. Default: the method's name without package and
    /// service.
    /// </summary>
    [KeyForm("method")]
    public Dictionary<string, string> Methods { get; set; } = new(StringComparer.Ordinal);
}
