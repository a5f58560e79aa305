using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Payments;

/// <summary>The parts of the payment core, assembled as in the gateway.</summary>
public sealed class PaymentParts
{
    public PaymentParts(
        ChannelBook book,
        IChannelReader chain,
        ISignerRecovery recovery,
        IRecordStore store,
        IPaymentEvents events,
        TimeProvider time,
        Address escrow,
        TimeSpan stalenessBound,
        PaidCallOptions? options = null,
        ulong instance = 1)
    {
        Options = new LivePaidCallOptions(options ?? new PaidCallOptions());
        Ledger = new PaymentLedger(store, time, instance);
        Cursor = new CursorStore(store, book);
        CounterBook = new CounterBook(instance << 32);
        Counters = new CounterLedger(store, CounterBook, time, Options);
        Sync = new LedgerSync(store, book, CounterBook, Cursor, new TrainingModels(store));
        var checks = new ChannelChecks(chain, recovery, time, escrow, stalenessBound, Options);
        var unpaid = new UnpaidCalls(time, Options);
        Settlement = new ChannelSettlement(checks, Ledger, new GiveBacks(Ledger, events, time, Options), unpaid, events, time, Options);
        var records = new RecordPreparation(chain, Ledger, events, time, Options);
        var vouchers = new VoucherAdmission(records, Ledger);
        Admission = new ChannelAdmission(
            book, chain, checks, Settlement, records, vouchers, Ledger, unpaid, events, time, Options);
        Budgets = new RequestBudgets(time, () => RequestsPerMinute);
        Parties = new ChannelParties(book, chain, Budgets, time, stalenessBound);
        Plans = new PrepaidPlans(book, Parties, Budgets, checks, Admission, Ledger, Counters, recovery);
        var access = new ClaimAccess(
            book, recovery, new BlockFreshness(chain, time, stalenessBound), Budgets, escrow, address => address.ToString());
        ClaimWriter = new ClaimWriter(chain, Ledger, events, time, Options);
        ClaimStarts = new ClaimStarts(book, access, ClaimWriter);
        ClaimLists = new ClaimLists(book, access, chain, time);
        Prepaid = new PrepaidAdmission(
            book, chain, checks, Claimed, Ledger, Counters, new PrepaidSettlement(checks, Claimed, Counters, unpaid, events), unpaid);
    }

    public LivePaidCallOptions Options { get; }

    public PaymentLedger Ledger { get; }

    public CursorStore Cursor { get; }

    public CounterBook CounterBook { get; }

    public CounterLedger Counters { get; }

    public LedgerSync Sync { get; }

    public ChannelSettlement Settlement { get; }

    public ChannelAdmission Admission { get; }

    /// <summary>Control requests of one caller in a minute.</summary>
    public int RequestsPerMinute { get; set; } = int.MaxValue;

    public RequestBudgets Budgets { get; }

    public ChannelParties Parties { get; }

    public ClaimedAmounts Claimed { get; } = new();

    public ClaimWriter ClaimWriter { get; }

    public ClaimStarts ClaimStarts { get; }

    public ClaimLists ClaimLists { get; }

    public PrepaidPlans Plans { get; }

    public PrepaidAdmission Prepaid { get; }
}
