using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Payments.Channels.Checks;

/// <summary>E8 (E7, reading the block, cannot fail here): the channel lives long enough after this block that the provider can still claim.</summary>
internal static class ExpiryCheck
{
    /// <param name="reading">The channel.</param>
    /// <param name="block">The newest block known.</param>
    /// <param name="marginBlocks">What is asked for now: the whole threshold at admission, less at the settle.</param>
    /// <param name="threshold">The group's threshold, for the text.</param>
    public static PaymentRefusal? Check(ChannelReading reading, ulong block, ulong marginBlocks, ulong threshold) =>
        Values.UInt256.FromUInt64(block).SaturatingAdd(marginBlocks) < reading.Expiration
            ? null
            : Refusals.NearExpiry(reading.Expiration, block, threshold);
}
