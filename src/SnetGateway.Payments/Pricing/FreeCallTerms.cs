using System.Collections.Frozen;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>Who gets free calls of a group, how many, and by which key. One object per group and configuration.</summary>
public sealed class FreeCallTerms
{
    /// <summary>The number for an address without a limit.</summary>
    public const long Unlimited = -1;

    /// <summary>The token of the escrow contract, as tables of whole tokens name it.</summary>
    public const string TokenName = "FET";

    /// <summary>Decimals of the token: one whole token is 10^18 cogs.</summary>
    public const int TokenDecimals = 18;

    /// <summary>Id of the organisation in the Registry, a part of all signed messages.</summary>
    public required string OrganizationId { get; init; }

    /// <summary>Name of the group, a part of the message that a token signs.</summary>
    public required string GroupName { get; init; }

    /// <summary>The group id as base64 text, a part of the messages that users sign.</summary>
    public required string GroupId { get; init; }

    /// <summary>Signs the tokens; its address is `free_call_signer_address` in the service's metadata.</summary>
    public required IMessageSigner Signer { get; init; }

    /// <summary>Free calls of each user and service; <see cref="Unlimited"/> for no limit.</summary>
    public long Calls { get; init; }

    /// <summary>Free calls of single addresses, in place of <see cref="Calls"/>.</summary>
    public FrozenDictionary<Address, long> CallsPerAddress { get; init; } = FrozenDictionary<Address, long>.Empty;

    /// <summary>Addresses that may request tokens for user ids, and need no balance.</summary>
    public FrozenSet<Address> TrustedSigners { get; init; } = FrozenSet<Address>.Empty;

    /// <summary>Cogs that other addresses must own to get a token.</summary>
    public UInt256 MinBalance { get; init; }

    /// <summary>The same in whole tokens, as the operator wrote it, for a text.</summary>
    public string MinBalanceText { get; init; } = "0";

    /// <summary>Calls that an address may make of a service; <see cref="Unlimited"/> for no limit.</summary>
    public long LimitOf(Address address) => CallsPerAddress.TryGetValue(address, out long calls) ? calls : Calls;
}
