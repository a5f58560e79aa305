using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;

namespace SnetGateway.TestKit.Claims;

/// <summary>One life of a gateway: the payment core and its autopilot, on a store that outlives it.</summary>
public sealed class SimulatedGateway
{
    private static ulong s_processes;

    private readonly Address _escrow;
    private readonly PaidService _service;
    private readonly SimulatedChain _chain;
    private readonly IRecordStore _store;

    private SimulatedGateway(
        SimulatedChain chain, IRecordStore store, PaymentGroup group, Address escrow, TimeProvider time, IClaimEvents events)
    {
        ulong process = Interlocked.Increment(ref s_processes);
        (_escrow, _chain, _store) = (escrow, chain, store);
        _service = new PaidService("calculator", group, new FixedPrice(UInt256.One));
        Book = new ChannelBook([group], SimulatedChain.FinalityDepth);
        Reader = new SimulatedReader(chain, Book, time);
        Parts = new PaymentParts(
            Book, Reader, new FakeSigners(), store, Events, time, escrow, TimeSpan.FromMinutes(10),
            instance: process);
        Autopilot = new ClaimAutopilot(
            new Signer(chain, group.Recipient), Book, Reader, new OutboxStore(store), chain, Parts.ClaimWriter, events, time, process);
    }

    public ChannelBook Book { get; }

    public SimulatedReader Reader { get; }

    public PaymentParts Parts { get; }

    /// <summary>What happened to payments.</summary>
    public RecordingPaymentEvents Events { get; } = new();

    public ClaimAutopilot Autopilot { get; }

    /// <summary>Starts one: reads the ledger, follows the chain from its head, and reads each known channel.</summary>
    public static async Task<SimulatedGateway> StartAsync(
        SimulatedChain chain, IRecordStore store, PaymentGroup group, Address escrow, TimeProvider time, IClaimEvents events)
    {
        var gateway = new SimulatedGateway(chain, store, group, escrow, time, events);
        await gateway.Parts.Sync.LoadAsync(CancellationToken.None);
        gateway.Reader.Follow();
        foreach (Channel channel in gateway.Book.All)
        {
            if (chain.Find(channel.Id) is { } reading)
            {
                gateway.Book.Learn(reading, afterReorganisation: true);
            }
        }

        return gateway;
    }

    /// <summary>A consumer pays this much more. Null when it was granted.</summary>
    public async Task<PaymentRefusal?> PayAsync(ChannelId id, Address sender, UInt256 price)
    {
        Reader.Follow();
        if (Book.Find(id) is null && _chain.Find(id) is { } reading)
        {
            Book.Learn(reading);
        }

        Channel channel = Book.GetOrAdd(id);
        await Parts.Ledger.RefreshAsync(channel, CancellationToken.None);
        ChannelNonce nonce = channel.Record is { } record && record.Nonce > channel.Chain!.Nonce ? record.Nonce : channel.Chain!.Nonce;
        UInt256 signed = channel.Record is { } known && known.Nonce == nonce ? known.Amount : UInt256.Zero;
        ChannelPayment payment = FakeSigners.Pay(sender, _escrow, id, nonce, signed.SaturatingAdd(price));
        var call = new PaidCall(_service with { Prices = new FixedPrice(price) }, "/example.Calculator/add");
        AdmissionResult admission = await Parts.Admission.AdmitAsync(payment, call, CancellationToken.None);
        return admission.Refusal ?? await admission.Reservation!.SettleAsync();
    }

    /// <summary>One round of the autopilot.</summary>
    public async ValueTask<ClaimRound> RoundAsync(ClaimRules rules)
    {
        if (_store.IsShared)
        {
            await Parts.Sync.LoadAsync(CancellationToken.None); // in place of the feed, which comes at any time
        }

        return await Autopilot.RunAsync(rules, CancellationToken.None);
    }

    private sealed class Signer(SimulatedChain chain, Address address) : IClaimSigner
    {
        public Address Address => address;

        public ValueTask<SignedTransaction> SignAsync(ClaimTransaction transaction, CancellationToken cancellationToken) =>
            new(chain.Sign(transaction));
    }
}
