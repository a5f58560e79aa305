using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Chain;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E7, E8: the channel lives long enough after this block that the provider can still claim.</summary>
internal static class ExpiryCheck
{
    /// <param name="reading">The channel.</param>
    /// <param name="head">The newest block known.</param>
    /// <param name="marginBlocks">What is asked for now: the whole threshold at admission, less at the settle.</param>
    /// <param name="threshold">The group's threshold, for the text.</param>
    public static PaymentRefusal? Judge(ChannelReading reading, ChainBlock? head, ulong marginBlocks, ulong threshold) =>
        head is not { } block ? Refusals.CannotDetermineBlock()
        : Values.UInt256.FromUInt64(block.Number).SaturatingAdd(marginBlocks) < reading.Expiration ? null
        : Refusals.NearExpiry(reading.Expiration, block.Number, threshold);
}
