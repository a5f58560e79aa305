using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using SnetGateway.Tests.Payments.FreeCalls;

namespace SnetGateway.Tests.Payments.Model;

/// <summary>One gateway of a history: all payment kinds on one store. A new object is a gateway after a kill.</summary>
internal sealed class ModelReplica
{
    private static readonly PaidCallOptions s_options = new()
    {
        MaxWait = TimeSpan.FromSeconds(1),
        UnknownOutcomeLimit = TimeSpan.FromMilliseconds(60),
        AbandonedCallsPerMinute = 1_000_000,
        FailedCallsPerMinute = 1_000_000,
    };

    private static ulong s_instances = 1_000_000;

    public ModelReplica(IRecordStore store, FreeCallOffer offer)
    {
        Book = new ChannelBook([PaymentRig.Group]);
        Chain = new FakeChain(Book, TimeProvider.System);
        var signers = new FakeSigners();
        Parts = new PaymentParts(
            Book, Chain, signers, store, new RecordingPaymentEvents(), TimeProvider.System, PaymentRig.Escrow, TimeSpan.FromDays(1),
            s_options, Interlocked.Increment(ref s_instances));
        var freshness = new BlockFreshness(Chain, TimeProvider.System, TimeSpan.FromDays(1));
        var checks = new FreeCallChecks(signers, new FreeCallTokens(signers), freshness, address => address.ToString(), null);
        Free = new FreeCallAdmission(
            checks, Parts.Counters, new UnpaidCalls(TimeProvider.System, Parts.Options), new RecordingPaymentEvents());
        Offer = offer;
    }

    public ChannelBook Book { get; }

    public FakeChain Chain { get; }

    public PaymentParts Parts { get; }

    public FreeCallAdmission Free { get; }

    private FreeCallOffer Offer { get; }

    /// <summary>The channel as a gateway knows it after its start.</summary>
    public async Task OpenAsync(ChannelId id, ulong value, ulong nonce)
    {
        Chain.Open(id, PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, value, 1_000_000, nonce);
        Chain.Learn(id);
        await Parts.Ledger.RefreshAsync(Book.Find(id)!, CancellationToken.None);
    }

    public ValueTask<AdmissionResult> AdmitFreeAsync(string user)
    {
        FreeCallToken token = FreeCallRig.Token(Offer.Terms, Address.Parse(user));
        FreeCallUse use = FreeCallRig.Use(Offer, token.Bytes.ToArray(), user);
        return Free.AdmitAsync(Offer, use, token, PaymentRig.Call(10), default);
    }
}
