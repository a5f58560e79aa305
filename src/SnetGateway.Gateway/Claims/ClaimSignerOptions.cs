using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Claims;

/// <summary>Who signs the transactions of one payment address: an encrypted key file, or a service that holds the key.</summary>
public sealed class ClaimSignerOptions
{
    /// <summary>File with the key, encrypted in the Web3 secret storage format, version 3, as wallets write it. Unset: Url.</summary>
    [DataType("secret file")]
    public string? KeyPath { get; set; }

    /// <summary>File with the password of KeyPath. Line breaks at its end are ignored.</summary>
    [DataType("secret file")]
    public string? PasswordPath { get; set; }

    /// <summary>JSON-RPC URL of a service that signs by `eth_signTransaction`, as Web3Signer does. Unset: KeyPath.</summary>
    [DataType("url")]
    public string? Url { get; set; }

    /// <summary>The payment address whose key the service at Url holds: 0x and 40 hex digits.</summary>
    [DataType("address")]
    public string? Address { get; set; }
}
