using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// How much of a channel's value is safe from a reorganisation. Funds are confirmed the finality depth after this gateway first saw them. A
/// deposit does not delay an earlier one: two steps are kept, the earlier value and the present one, so funds wait at most twice the depth
/// however often a client deposits. A claim is subtracted from both: the amounts signed for its nonces, or the decrease of the value if
/// that is more. After a restart the reading in the record counts as the first sight. After a reorganisation confirmed funds stay confirmed
/// and the rest waits again. Kept with each reading, so that a call only compares block numbers. Immutable.
/// </summary>
public sealed record ConfirmedFunds
{
    /// <summary>Blocks after which the main network's blocks are final.</summary>
    public const ulong UsualDepth = 64;

    private ConfirmedFunds(UInt256 confirmed, UInt256 awaited, ulong awaitedSince, ulong presentSince)
    {
        Confirmed = confirmed;
        Awaited = awaited;
        AwaitedSince = awaitedSince;
        PresentSince = presentSince;
    }

    /// <summary>Confirmed when the awaited value was first seen.</summary>
    private UInt256 Confirmed { get; init; }

    /// <summary>The value that is confirmed next: the present one, or an earlier and lower one.</summary>
    private UInt256 Awaited { get; init; }

    /// <summary>Block at which <see cref="Awaited"/> was first seen.</summary>
    private ulong AwaitedSince { get; init; }

    /// <summary>Block at which the present value was first seen.</summary>
    private ulong PresentSince { get; init; }

    /// <summary>Funds of a first reading.</summary>
    internal static ConfirmedFunds FirstSeen(ChannelReading reading) =>
        new(UInt256.Zero, reading.Value, reading.Block.Number, reading.Block.Number);

    /// <summary>The part of the reading's value that is not confirmed at block <paramref name="head"/>.</summary>
    internal UInt256 Unconfirmed(ChannelReading reading, ulong head, ulong depth) =>
        head >= PresentSince + depth ? UInt256.Zero
        : reading.Value.SaturatingSubtract(head >= AwaitedSince + depth ? Awaited : Confirmed);

    /// <summary>The state after a newer reading of the same channel.</summary>
    /// <param name="before">The reading that this belongs to.</param>
    /// <param name="now">The newer one.</param>
    /// <param name="record">What was signed on the channel, if anything.</param>
    /// <param name="depth">Blocks after which funds are confirmed.</param>
    internal ConfirmedFunds After(ChannelReading before, ChannelReading now, ChannelRecord? record, ulong depth)
    {
        UInt256 gone = Max(SignedBetween(record, before.Nonce, now.Nonce), before.Value.SaturatingSubtract(now.Value));
        UInt256 left = before.Value.SaturatingSubtract(gone);
        var kept = new ConfirmedFunds(Confirmed.SaturatingSubtract(gone), Awaited.SaturatingSubtract(gone), AwaitedSince, PresentSince);
        ulong block = now.Block.Number;
        return now.Value <= left ? kept
            : block >= PresentSince + depth ? new ConfirmedFunds(left, now.Value, block, block)
            : block >= AwaitedSince + depth ? new ConfirmedFunds(kept.Awaited, left, PresentSince, block)
            : kept with { PresentSince = block };
    }

    /// <summary>The state after the first reading since a reorganisation, which may be of another channel.</summary>
    internal ConfirmedFunds AfterReorganisation(ChannelReading before, ChannelReading now, ulong depth)
    {
        if (!now.HasPartiesOf(before))
        {
            return FirstSeen(now);
        }

        UInt256 confirmed = before.Value.SaturatingSubtract(Unconfirmed(before, now.Block.Number, depth));
        return FirstSeen(now) with { Confirmed = confirmed < now.Value ? confirmed : now.Value };
    }

    /// <summary>The most that claims of these nonces can have taken.</summary>
    private static UInt256 SignedBetween(ChannelRecord? record, ChannelNonce first, ChannelNonce end)
    {
        UInt256 sum = UInt256.Zero;
        if (record is null || end <= first)
        {
            return sum;
        }

        if (record.Nonce >= first && record.Nonce < end)
        {
            sum = record.Amount;
        }

        foreach (SignedTotal total in record.Earlier)
        {
            if (total.Nonce >= first && total.Nonce < end)
            {
                sum = sum.SaturatingAdd(total.Amount);
            }
        }

        return sum;
    }

    private static UInt256 Max(UInt256 left, UInt256 right) => left > right ? left : right;
}
