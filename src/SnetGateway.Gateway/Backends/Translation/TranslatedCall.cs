using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>One call to a service that speaks JSON.</summary>
/// <param name="Request">The proxy's request: the address and the metadata.</param>
/// <param name="Options">How the cluster's services are called.</param>
/// <param name="Method">The method.</param>
/// <param name="Json">The request's message as JSON, with the field names of the proto file.</param>
/// <param name="MaxResponseBytes">The longest message that its client may get.</param>
internal sealed record TranslatedCall(
    HttpRequestMessage Request, ClusterBackendOptions Options, ProtoMethod Method, byte[] Json, int MaxResponseBytes)
{
    /// <summary>The method's name without its service, by which such services know it.</summary>
    public string Name => Method.Path[(Method.Path.LastIndexOf('/') + 1)..];
}
