using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>What verifying one channel found.</summary>
/// <param name="Channel">The channel's id, or the key of a record that cannot be read.</param>
/// <param name="Entries">Journal entries walked.</param>
/// <param name="Delivered">Sum of the prices of all calls in the journal, in cogs.</param>
/// <param name="Amount">The total signed for the present nonce, in cogs.</param>
/// <param name="Faults">What is wrong; empty for a clean channel.</param>
/// <param name="Notes">What is worth knowing and no fault.</param>
public sealed record ChannelVerification(
    string Channel, long Entries, UInt256 Delivered, UInt256 Amount, IReadOnlyList<string> Faults, IReadOnlyList<string> Notes);
