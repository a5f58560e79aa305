using System.Runtime.CompilerServices;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Ledger;

/// <summary>The way of a payment that is right: what it leaves for the garbage collector.</summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Calls = 2_000;

#if DEBUG
    // State machines of async methods are objects in a debug build.
    private const double Bound = 2_600;
#else
    private const double Bound = 1_126; // 1.1 KiB
#endif

    [Theory]
    [InlineData(27)]
    [InlineData(0)]
    public void AdmitAndSettle_OnAStoreThatEndsAtOnce_AllocatesUnderABound(byte v)
    {
        var time = new TestTimeProvider();
        var book = new ChannelBook([PaymentRig.Group]);
        var chain = new FakeChain(book, time);
        chain.Open(PaymentRig.One, PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000_000_000, 5_000);
        chain.Learn(PaymentRig.One);
        ChannelAdmission payments = new PaymentParts(
            book, chain, new FakeSigners(), new SynchronousStore(), new RecordingPaymentEvents(), time, PaymentRig.Escrow,
            PaymentRig.Bound).Admission;
        PaidCall call = PaymentRig.Call(10);
        ChannelPayment[] signed = [.. Enumerable.Range(1, 2 * Calls).Select(number => PaymentRig.Pay((ulong)number * 10, v: v))];

        Pay(payments, call, signed.AsSpan(0, Calls));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Pay(payments, call, signed.AsSpan(Calls));
        double perCall = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Calls;

        output.WriteLine($"{perCall:0} bytes per call");
        Assert.InRange(perCall, 1, Bound);
    }

    private static void Pay(ChannelAdmission payments, PaidCall call, ReadOnlySpan<ChannelPayment> signed)
    {
        foreach (ref readonly ChannelPayment payment in signed)
        {
            ValueTask<AdmissionResult> admission = payments.AdmitAsync(payment, call, default);
            Assert.True(admission.IsCompletedSuccessfully);
            ValueTask<PaymentRefusal?> settled = admission.Result.Reservation!.SettleAsync();
            Assert.True(settled.IsCompletedSuccessfully);
            Assert.Null(settled.Result);
        }
    }

    /// <summary>Says yes to everything and keeps nothing.</summary>
    private sealed class SynchronousStore : IRecordStore
    {
        private long _revision;

        public bool IsShared => false;

        public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
            new(new CommitResult(CommitOutcome.Committed, ++_revision));

        public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) => new((StoredRecord?)null);

        public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

        public async IAsyncEnumerable<StoredRecord> ReadAllAsync(
            RecordKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoredRecord>();

        public async IAsyncEnumerable<StoredEntry> ReadJournalAsync(
            RecordKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public ValueTask ProbeAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
