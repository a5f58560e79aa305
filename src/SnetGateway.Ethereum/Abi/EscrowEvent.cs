using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>Something that happened to one channel of the escrow contract (payments.md 14.1).</summary>
internal abstract record EscrowEvent(ChannelId Channel);

/// <summary>A channel was opened.</summary>
internal sealed record ChannelOpened(
    ChannelId Channel, ChannelNonce Nonce, Address Sender, Address Signer, Address Recipient, Bytes32 GroupId, UInt256 Amount, UInt256 Expiration)
    : EscrowEvent(Channel);

/// <summary>The recipient claimed. <see cref="Nonce"/> is the new one; amounts are cogs.</summary>
internal sealed record ChannelClaimed(
    ChannelId Channel, ChannelNonce Nonce, Address Recipient, UInt256 ClaimAmount, UInt256 PlannedAmount, UInt256 SendBackAmount, UInt256 KeepAmount)
    : EscrowEvent(Channel);

/// <summary>The sender took everything back after the expiry. <see cref="Nonce"/> is the new one.</summary>
internal sealed record ChannelSenderClaimed(ChannelId Channel, ChannelNonce Nonce, UInt256 ClaimAmount) : EscrowEvent(Channel);

/// <summary>The channel lives longer.</summary>
internal sealed record ChannelExtended(ChannelId Channel, UInt256 NewExpiration) : EscrowEvent(Channel);

/// <summary>The channel holds more.</summary>
internal sealed record ChannelFundsAdded(ChannelId Channel, UInt256 AdditionalFunds) : EscrowEvent(Channel);
