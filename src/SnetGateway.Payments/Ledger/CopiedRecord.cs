using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>A record with a journal, as far as a copy of a ledger has to know it: a channel's, or a counter's.</summary>
/// <param name="Name">The channel's id, or whose counter it is.</param>
/// <param name="Sequence">Number of its newest journal entry.</param>
/// <param name="NewestEntry">That entry.</param>
/// <param name="Major">Only rises: the nonce, or what is planned.</param>
/// <param name="Minor">Only rises as long as the other does not: the amount, or what is used.</param>
internal sealed record CopiedRecord(string Name, long Sequence, ReadOnlyMemory<byte> NewestEntry, UInt256 Major, UInt256 Minor)
{
    public static CopiedRecord Read(StoredRecord stored)
    {
        if (stored.Key.Kind == RecordKind.PaidChannel)
        {
            ChannelRecord channel = ChannelRecordCodec.Read(stored);
            return new CopiedRecord(
                channel.Id.ToString(), channel.Sequence, channel.NewestEntry, channel.Nonce.Value, channel.Amount);
        }

        CounterRecord counter = CounterRecordCodec.Read(stored);
        return new CopiedRecord(CounterName.Of(counter.Key), counter.Sequence, counter.NewestEntry, counter.Planned, counter.Used);
    }

    /// <summary>Whether a record of the same key with these numbers may come later.</summary>
    public bool MayPrecede(CopiedRecord newer) => Major < newer.Major || (Major == newer.Major && Minor <= newer.Minor);
}
