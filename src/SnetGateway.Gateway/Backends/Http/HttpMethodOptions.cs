using System.ComponentModel.DataAnnotations;
using Grpc.Core;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>How one gRPC method becomes an HTTP request, and the response a message.</summary>
public sealed class HttpMethodOptions
{
    public const string Get = "GET";
    public const string Delete = "DELETE";

    /// <summary>
    /// HTTP method: POST, PUT or PATCH send the message as a JSON body; GET and DELETE send its fields as query parameters. Default POST.
    /// </summary>
    [AllowedValues("POST", "PUT", "PATCH", Get, Delete)]
    public string Verb { get; set; } = "POST";

    /// <summary>
    /// Path that is appended to the destination's address. A field in braces, as in `/users/{user_id}`, is taken from the message. Unset:
    /// the method's name.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>Part of the JSON response that becomes the message, such as `data` or `data.items`. Unset: the whole response.</summary>
    public string? ResponseFrom { get; set; }

    /// <summary>
    /// Field of the response message that receives the JSON response, for services that return a bare list or value. Unset: the JSON
    /// response is the message.
    /// </summary>
    public string? ResponseInto { get; set; }

    /// <summary>The method's own status codes by HTTP status. They take precedence over the cluster's `Statuses`.</summary>
    [KeyForm("http failure"), DeniedValues(StatusCode.OK)]
    public Dictionary<string, StatusCode> Statuses { get; set; } = new(StringComparer.Ordinal);

    internal bool HasBody => Verb is not (Get or Delete);
}
