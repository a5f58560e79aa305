namespace SnetGateway.Gateway.Backends.Http;

/// <summary>How services with a JSON API over HTTP are called.</summary>
public sealed class HttpServiceOptions
{
    /// <summary>Keys and tokens that the service requires, by names of your choice.</summary>
    public Dictionary<string, CredentialOptions> Credentials { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Requests by the full path of the gRPC method, `/package.Service/Method`. Default: a POST to the method's name without package and
    /// service.
    /// </summary>
    public Dictionary<string, HttpMethodOptions> Methods { get; set; } = new(StringComparer.Ordinal);
}
