using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>A key or token that the gateway sends to a service with every call. Never logged.</summary>
public sealed class CredentialOptions
{
    public const string Header = "header";
    public const string Query = "query";
    public const string Body = "body";

    /// <summary>
    /// Where it is sent: header, query (a query parameter) or body (a further member of the JSON object). Default header.
    /// </summary>
    [AllowedValues(Header, Query, Body)]
    public string Location { get; set; } = Header;

    /// <summary>Name of the header, of the query parameter, or of the member.</summary>
    [Required]
    public string Key { get; set; } = "";

    /// <summary>The value. Prefer an environment variable to the configuration file: it is a secret.</summary>
    [Required, DataType(DataType.Password)]
    public string Value { get; set; } = "";
}
