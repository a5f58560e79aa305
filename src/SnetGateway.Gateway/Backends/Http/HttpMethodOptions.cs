using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>How one method becomes an HTTP request, and its answer a message.</summary>
public sealed class HttpMethodOptions
{
    public const string Get = "GET";
    public const string Delete = "DELETE";

    /// <summary>The HTTP method: POST, PUT or PATCH, which send the message as JSON; or GET or DELETE, which send its fields in the query. Default POST.</summary>
    [AllowedValues("POST", "PUT", "PATCH", Get, Delete)]
    public string Verb { get; set; } = "POST";

    /// <summary>Path behind the address of the destination; a field in braces, as `/users/{user_id}`, is taken out of the message. Unset: the method's name.</summary>
    public string? Path { get; set; }

    /// <summary>The part of the service's answer that is the message, as `data` or `data.items`. Unset: all of it.</summary>
    public string? ResponseFrom { get; set; }

    /// <summary>The field of the output that the answer is put into, for services that answer with a bare list or value. Unset: the answer is the message.</summary>
    public string? ResponseInto { get; set; }

    internal bool HasBody => Verb is not (Get or Delete);
}
