namespace SnetGateway.Gateway.Backends.Http;

/// <summary>How services are called that speak JSON over HTTP in a way of their own.</summary>
public sealed class HttpServiceOptions
{
    /// <summary>What the service asks of its callers, by names of your choice.</summary>
    public Dictionary<string, CredentialOptions> Credentials { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Methods by the full path, `/package.Service/Method`. One that is not named is a POST to its name without package and service.</summary>
    public Dictionary<string, HttpMethodOptions> Methods { get; set; } = new(StringComparer.Ordinal);
}
