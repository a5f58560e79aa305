using System.Security.Cryptography;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// Sets what is used of a counter to zero, for the operator. Gateways that share the store learn of it by their feed, and a call that is
/// being settled counts on top of it.
/// </summary>
/// <param name="store">The ledger.</param>
/// <param name="time">The clock.</param>
/// <param name="counters">The counters in memory of the gateway that does it; null in a command.</param>
public sealed class CounterReset(IRecordStore store, TimeProvider time, CounterBook? counters = null)
{
    /// <summary>Writes of gateways that may come first.</summary>
    private const int Attempts = 20;

    private readonly ulong _instance = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private ulong _writes;

    /// <summary>
    /// Resets one. Returns what was used; null without a record. Throws <see cref="StoreUnavailableException"/> when it was not, or not
    /// certainly, written, and <see cref="LedgerFormatException"/>.
    /// </summary>
    public async ValueTask<UInt256?> RunAsync(RecordKey key, CancellationToken cancellationToken)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            if (await store.ReadAsync(key, cancellationToken) is not { } stored)
            {
                return null;
            }

            CounterRecord before = CounterRecordCodec.Read(stored);
            var write = new CounterWrite(
                before, CounterChange.OfReset(before, new CallId(_instance, ++_writes), time.GetUtcNow()), UInt256.Zero);
            CommitResult result = await store.CommitAsync(new[] { write.ToRecordWrite() }, cancellationToken);
            switch (result.Outcome)
            {
                case CommitOutcome.Committed:
                    if (counters is not null && await store.ReadAsync(key, cancellationToken) is { } written)
                    {
                        counters.Adopt(written);
                    }

                    return before.Used;
                case CommitOutcome.Conflict:
                    continue;
                default:
                    throw new StoreUnavailableException("the store did not confirm the write: check the store, and try again");
            }
        }

        throw new StoreUnavailableException("gateways write this counter all the time: try again");
    }
}
