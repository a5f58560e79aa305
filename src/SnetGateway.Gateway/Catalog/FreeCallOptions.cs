using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Free calls of a group's services (docs/protocol/prepaid-and-free-calls.md, 'Free calls').</summary>
public sealed class FreeCallOptions
{
    /// <summary>The word for a number without a limit.</summary>
    public const string Unlimited = "unlimited";

    /// <summary>
    /// File with the private key that signs free-call tokens: 64 hex digits, readable by the gateway's user only. Its address belongs into
    /// `free_call_signer_address` of the services' metadata. All gateways of the group have the same key. Unset: no free calls.
    /// </summary>
    [DataType("secret file")]
    public string? SignerKeyFile { get; set; }

    /// <summary>
    /// Free calls of each user and service, as `free_calls` in the service's metadata: 0 to 1,000,000,000. They are not renewed; the
    /// command `free-calls reset` gives a user all of them again. Default 0.
    /// </summary>
    [Range(0, 1_000_000_000)]
    public int Calls { get; set; }

    /// <summary>
    /// Free calls of single addresses, in place of `Calls`: the address, and a number from 0 to 1,000,000,000 or unlimited. The number
    /// holds for each service.
    /// </summary>
    [KeyForm("address")]
    [DataType("free calls")]
    public Dictionary<string, string> CallsPerAddress { get; set; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Tokens that an address must own to get free calls, in whole tokens of 10^18 cogs; a fraction is allowed, as 0.5. It is checked when
    /// a token is issued, and read once a minute. 0: no condition. Default 10.
    /// </summary>
    [DataType("tokens")]
    public string MinBalance { get; set; } = "10";

    /// <summary>
    /// Addresses that may request tokens for users of theirs (user ids) and need no balance, as a marketplace does. Unset: the two
    /// addresses of the reference daemon, 0x3Bb9b2499c283cec176e7C707Ecb495B7a961ebf and 0x7DF35C98f41F3Af0df1dc4c7F7D4C19a71Dd059F.
    /// </summary>
    [DataType("address")]
    public string[]? TrustedSigners { get; set; }

    /// <summary>
    /// If true, `GetFreeCallToken` and `GetFreeCallsAvailable` fail with the reference daemon's errors. If false, they answer with an empty
    /// token and 0 calls instead, because the newest SDKs cannot pay after an error. Default false.
    /// </summary>
    public bool ReferenceErrors { get; set; }
}
