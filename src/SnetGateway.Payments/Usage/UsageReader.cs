using System.Numerics;
using System.Runtime.CompilerServices;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Usage;

/// <summary>
/// Reads the charged calls and their prices from the journal, exactly. A purchase of a prepaid plan is not usage; the calls that it pays
/// are.
/// </summary>
public sealed class UsageReader(IRecordStore store)
{
    private readonly LedgerHistory _history = new(store);

    /// <summary>
    /// All usage from <paramref name="from"/> on and before <paramref name="to"/>, channel by channel, each in the order of its journal:
    /// the same interval gives the same lines again. Throws <see cref="StoreUnavailableException"/> or <see cref="LedgerFormatException"/>.
    /// </summary>
    public async IAsyncEnumerable<UsageLine> ReadAsync(
        DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ChannelRecord channel in _history.ChannelsAsync(cancellationToken))
        {
            await foreach (JournalEntry entry in _history.EntriesAsync(channel, cancellationToken))
            {
                if (entry.At >= from && entry.At < to && LineOf(entry, channel.Sender) is { } line)
                {
                    yield return line;
                }
            }
        }

        foreach (RecordKind kind in CounterName.Kinds)
        {
            await foreach (CounterRecord counter in _history.CountersAsync(kind, cancellationToken))
            {
                Address? payer = await PayerAsync(counter.Key, cancellationToken);
                await foreach (CounterEntry entry in _history.EntriesAsync(counter, cancellationToken))
                {
                    if (entry.Kind != CounterEntryKind.Use || entry.At < from || entry.At >= to)
                    {
                        continue;
                    }

                    foreach (CounterLine line in entry.Lines)
                    {
                        // A count of free calls counts calls, which cost nothing.
                        bool isFree = kind == RecordKind.FreeCallCount;
                        yield return new UsageLine(
                            entry.At, isFree ? UsageKind.Free : UsageKind.Prepaid, line.Service, line.Method, payer, line.Calls,
                            isFree ? BigInteger.Zero : line.Amount.ToBigInteger());
                    }
                }
            }
        }
    }

    private static UsageLine? LineOf(in JournalEntry entry, Address payer) => entry.Kind switch
    {
        EntryKind.Settle when entry.Method != PrepaidPlans.Method =>
            new UsageLine(entry.At, UsageKind.Channel, entry.Service, entry.Method, payer, 1, entry.Price.ToBigInteger()),
        EntryKind.GiveBack when !entry.Price.IsZero =>
            new UsageLine(entry.At, UsageKind.Channel, entry.Service, entry.Method, payer, 0, -entry.Price.ToBigInteger()),
        _ => null,
    };

    /// <summary>A plan's key has its channel, and a reorganisation may have given that channel's id to others since.</summary>
    private async ValueTask<Address?> PayerAsync(RecordKey key, CancellationToken cancellationToken) =>
        key.Kind == RecordKind.FreeCallCount ? CounterName.AddressOf(key)
        : PlanKey.TryRead(key, out ChannelId id, out ChannelNonce nonce)
            && await _history.ChannelAsync(id, cancellationToken) is { } channel && PlanKey.Of(channel, nonce) == key ? channel.Sender
        : null;
}
