using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Planning;

/// <summary>What the contract would pay for one channel now.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Expiration">Block number from which the sender may take everything back.</param>
/// <param name="Totals">One for each nonce that can be claimed, the contract's own nonce first.</param>
public sealed record ClaimCandidate(ChannelId Channel, UInt256 Expiration, IReadOnlyList<ClaimTotal> Totals)
{
    /// <summary>Cogs that the contract pays for all of them.</summary>
    public UInt256 Payable { get; } = Totals.Aggregate(UInt256.Zero, (sum, total) => sum.SaturatingAdd(total.Payable));

    /// <summary>Whether the claim of a total was started: its consumers have moved on, and only the transaction is left to do.</summary>
    public bool HasStarted { get; } = Totals.Any(total => total.IsStarted);

    /// <summary>Blocks until the expiry; 0 behind it.</summary>
    public ulong BlocksLeft(ulong head) => Expiration.SaturatingSubtract(head).ToUInt64Saturating();

    /// <summary>Whether the chain must be read before a channel with signed cogs can be planned.</summary>
    public static bool NeedsReading(Channel channel) => channel is { Record: not null, Chain: { } chain }
        && (chain.Reading.Nonce != chain.Nonce || chain.Freshness is ReadingFreshness.FundsUnknown or ReadingFreshness.Outdated)
        && !UnclaimedFunds.Of(channel).IsZero;

    /// <summary>
    /// Null when nothing can be claimed: nothing is signed, the channel belongs to others, or its funds are not known.
    /// </summary>
    /// <param name="channel">The channel.</param>
    /// <param name="payee">Whom it must pay.</param>
    public static ClaimCandidate? Of(Channel channel, Address payee)
    {
        if (channel.Chain is not { } chain || chain.Reading.Recipient != payee || chain.Reading.Nonce != chain.Nonce
            || channel.RecordOf(chain) is not { } record)
        {
            return null;
        }

        IEnumerable<SignedTotal> started = record.Earlier.Where(total => total.Nonce >= chain.Nonce).OrderBy(total => total.Nonce);
        var totals = new List<ClaimTotal>();
        UInt256 left = chain.Reading.Value;
        ChannelNonce next = chain.Nonce;
        foreach ((SignedTotal total, bool isStarted) in started.Select(total => (total, true)).Append((Current(record), false)))
        {
            // The contract pays nonce after nonce, and no more than the channel holds: funds that a reorganisation removed are lost.
            UInt256 payable = total.Amount > left ? left : total.Amount;
            if (total.Nonce != next || payable.IsZero)
            {
                break;
            }

            totals.Add(new ClaimTotal(total.Nonce, total.Amount, payable, total.Signature, isStarted));
            left = left.SaturatingSubtract(payable);
            next = next.Next;
        }

        return totals.Count == 0 ? null : new ClaimCandidate(channel.Id, chain.Reading.Expiration, totals);
    }

    private static SignedTotal Current(ChannelRecord record) => new(record.Nonce, record.Amount, record.Signature, 0);
}

/// <summary>A signed total that the contract would pay.</summary>
/// <param name="Nonce">The nonce that was signed.</param>
/// <param name="Signed">The signed total in cogs.</param>
/// <param name="Payable">What the contract pays of it.</param>
/// <param name="Signature">65 bytes, v 27 or 28.</param>
/// <param name="IsStarted">Whether the ledger has moved to a later nonce.</param>
public readonly record struct ClaimTotal(
    ChannelNonce Nonce, UInt256 Signed, UInt256 Payable, ReadOnlyMemory<byte> Signature, bool IsStarted);
