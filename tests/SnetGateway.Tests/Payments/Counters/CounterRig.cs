using SnetGateway.Payments;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;

namespace SnetGateway.Tests.Payments.Counters;

/// <summary>The counters of one gateway on a scripted store.</summary>
internal sealed class CounterRig
{
    public static readonly RecordKey Key = new(RecordKind.FreeCallCount, PaymentRig.Sender.ToBytes());

    private static ulong s_instances;

    public CounterRig(ScriptedStore store, int capacity = 50_000)
    {
        Store = store;
        Time = new TestTimeProvider { JumpsToTimers = true };
        Book = new CounterBook(Interlocked.Add(ref s_instances, 1_000_000), capacity);
        Ledger = new CounterLedger(store, Book, Time, new LivePaidCallOptions(new PaidCallOptions()));
    }

    public ScriptedStore Store { get; }

    public TestTimeProvider Time { get; }

    public CounterBook Book { get; }

    public CounterLedger Ledger { get; }

    public Counter Counter => Book.GetOrAdd(Key);

    public async Task<(CounterUse? Use, CounterOutcome Outcome)> HoldAsync(ulong limit, ulong amount = 1) =>
        await Ledger.FindAsync(Key, default) is { } counter
            ? await Ledger.HoldAsync(counter, amount, (UInt256)limit, PaymentRig.Call(0), default)
            : (null, CounterOutcome.NotWritten);

    /// <summary>One whole call.</summary>
    public async Task<CounterOutcome> UseAsync(ulong limit, ulong amount = 1)
    {
        (CounterUse? use, CounterOutcome outcome) = await HoldAsync(limit, amount);
        return use is null ? outcome : await Ledger.SettleAsync(use);
    }

    /// <summary>What the store holds, whose journal adds up to it.</summary>
    public static async Task<ulong> StoredAsync(ScriptedStore store)
    {
        if (await store.ReadAsync(Key, default) is not { } stored)
        {
            return 0;
        }

        CounterRecord record = CounterRecordCodec.Read(stored);
        UInt256 sum = UInt256.Zero;
        long sequence = 0;
        ReadOnlyMemory<byte> previous = default;
        await foreach (StoredEntry entry in store.ReadJournalAsync(Key, default))
        {
            var read = CounterEntry.Read(entry.Entry);
            Xunit.Assert.Equal(++sequence, read.Sequence);
            Xunit.Assert.Equal(JournalEntry.HashOf(previous.Span), read.Previous);
            foreach (CounterLine line in read.Lines)
            {
                sum = sum.SaturatingAdd(line.Amount);
            }

            Xunit.Assert.Equal(sum, read.Used);
            previous = entry.Entry;
        }

        Xunit.Assert.Equal(record.Sequence, sequence);
        Xunit.Assert.Equal(record.Used, sum);
        return record.Used.ToUInt64Saturating();
    }
}
