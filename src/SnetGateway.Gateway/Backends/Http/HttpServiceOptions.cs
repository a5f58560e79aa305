using System.ComponentModel.DataAnnotations;
using Grpc.Core;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>How services with a JSON API over HTTP are called.</summary>
public sealed class HttpServiceOptions
{
    /// <summary>Keys and tokens that the service requires, by names of your choice.</summary>
    public Dictionary<string, CredentialOptions> Credentials { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Status codes by HTTP status, 300 to 599, such as NotFound for 404. A response with an HTTP status that is not listed gets the code
    /// that gRPC defines for it, and is a warning in the log.
    /// </summary>
    [KeyForm("http failure"), DeniedValues(StatusCode.OK)]
    public Dictionary<string, StatusCode> Statuses { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Requests by the full path of the gRPC method, `/package.Service/Method`. Default: a POST to the method's name without package and
    /// service.
    /// </summary>
    [KeyForm("method")]
    public Dictionary<string, HttpMethodOptions> Methods { get; set; } = new(StringComparer.Ordinal);
}
