using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>The verification of one channel.</summary>
/// <param name="Channel">The channel's id, or the key of a record that cannot be read.</param>
/// <param name="Entries">Journal entries that were checked.</param>
/// <param name="Delivered">Sum of the prices of all calls in the journal, in cogs.</param>
/// <param name="Amount">The authorized amount at the current nonce, in cogs.</param>
/// <param name="Faults">The faults; empty for a clean channel.</param>
/// <param name="Notes">Remarks that are not faults.</param>
public sealed record ChannelVerification(
    string Channel, long Entries, UInt256 Delivered, UInt256 Amount, IReadOnlyList<string> Faults, IReadOnlyList<string> Notes)
    : IVerification;

/// <summary>The verification of one record.</summary>
internal interface IVerification
{
    IReadOnlyList<string> Faults { get; }
}
