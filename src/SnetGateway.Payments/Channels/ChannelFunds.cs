using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// What may be spent at a nonce: the chain's value less the signed totals of all earlier nonces that the same reading does not yet show as
/// claimed (design, rule 8). While a claim is on its way, its money is still in the channel and already the provider's.
/// </summary>
internal static class ChannelFunds
{
    /// <returns>False when they cannot be told from what is known here: the channel must be read again.</returns>
    public static bool TryGet(Channel channel, ChannelChainState chain, ChannelNonce nonce, out UInt256 funds)
    {
        funds = chain.Reading.Value;
        if (chain.Freshness == ReadingFreshness.FundsUnknown)
        {
            return false;
        }

        if (nonce <= chain.Reading.Nonce)
        {
            return true;
        }

        if (channel.RecordOf(chain) is not { } record
            || !nonce.Value.TrySubtract(chain.Reading.Nonce.Value, out UInt256 open)
            || open > ChannelRecordCodec.MaxEarlier)
        {
            return false;
        }

        ulong found = 0;
        if (record.Nonce < nonce && record.Nonce >= chain.Reading.Nonce)
        {
            funds = funds.SaturatingSubtract(record.Amount);
            found++;
        }

        foreach (SignedTotal total in record.Earlier)
        {
            if (total.Nonce < nonce && total.Nonce >= chain.Reading.Nonce)
            {
                funds = funds.SaturatingSubtract(total.Amount);
                found++;
            }
        }

        return found == open.ToUInt64Saturating();
    }
}
