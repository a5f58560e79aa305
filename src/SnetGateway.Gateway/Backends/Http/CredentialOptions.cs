using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Backends.Http;

/// <summary>What a service asks of its callers, as a key or a token. Sent with every call and never shown.</summary>
public sealed class CredentialOptions
{
    public const string Header = "header";
    public const string Query = "query";
    public const string Body = "body";

    /// <summary>Where it goes: header, query or body (a member beside those of the message). Default header.</summary>
    [AllowedValues(Header, Query, Body)]
    public string Location { get; set; } = Header;

    /// <summary>Name of the header, of the query parameter, or of the member.</summary>
    [Required]
    public string Key { get; set; } = "";

    /// <summary>The value, as text. Better in an environment variable than in a file that many read.</summary>
    [Required]
    public string Value { get; set; } = "";
}
