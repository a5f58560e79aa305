using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments;

/// <summary>
/// One gateway's payments on a scripted chain and store. Channel 1 is open, holds 1,000 cogs and lives until block 2,000.
/// </summary>
internal sealed class PaymentRig
{
    public const ulong Threshold = 100;

    public static readonly Address Escrow = Address.Parse("0x5e592f9b1d303183d963635f895f0f0c48284f4e");
    public static readonly Address Sender = Address.Parse("0x1000000000000000000000000000000000000001");
    public static readonly Address Signer = Address.Parse("0x2000000000000000000000000000000000000002");
    public static readonly Address Recipient = Address.Parse("0x3000000000000000000000000000000000000003");
    public static readonly Address Stranger = Address.Parse("0x4000000000000000000000000000000000000004");

    public static readonly PaymentGroup Group = new("org", "default_group", Filled(7), Recipient, Threshold);
    public static readonly PaymentGroup OtherGroup = Group with { Id = Filled(8) };
    public static readonly PaymentGroup OtherRecipient = Group with { Recipient = Stranger };

    public static readonly ChannelId One = Id(1);

    private static ulong s_instances;

    public PaymentRig(ScriptedStore? store = null, TestTimeProvider? time = null, PaidCallOptions? options = null)
    {
        Time = time ?? new TestTimeProvider();
        Store = store ?? new ScriptedStore();
        Book = new ChannelBook([Group]);
        Chain = new FakeChain(Book, Time);
        Parts = new PaymentParts(Book, Chain, Signers, Store, Events, Time, Escrow, Bound, options, Interlocked.Increment(ref s_instances));
        Chain.Open(One, Sender, Signer, Group, 1_000, 2_000);
    }

    public static TimeSpan Bound { get; } = TimeSpan.FromMinutes(5);

    public TestTimeProvider Time { get; }

    public ScriptedStore Store { get; }

    public ChannelBook Book { get; }

    public FakeChain Chain { get; }

    public FakeSigners Signers { get; } = new();

    public RecordingPaymentEvents Events { get; } = new();

    public PaymentParts Parts { get; }

    public PaymentLedger Ledger => Parts.Ledger;

    public ChannelAdmission Payments => Parts.Admission;

    public Channel Channel => Book.Find(One)!;

    public ChannelRecord Record => Channel.Record!;

    public static ChannelId Id(ulong id) => new(id);

    public static ChannelNonce Nonce(ulong nonce) => new(nonce);

    public static Bytes32 Filled(byte value)
    {
        byte[] bytes = new byte[Bytes32.Size];
        Array.Fill(bytes, value);
        return new Bytes32(bytes);
    }

    public static PaidCall Call(UInt256 price, PaymentGroup? group = null) =>
        new(new PaidService("calculator", group ?? Group, new FixedPrice(price)), "/example.Calculator/add");

    public static ChannelPayment Pay(UInt256 amount, ulong nonce = 0, ulong channel = 1, Address? by = null, byte v = 27) =>
        FakeSigners.Pay(by ?? Signer, Escrow, Id(channel), Nonce(nonce), amount, v);

    /// <summary>Channel 1 known and fresh, as after its first call.</summary>
    public PaymentRig Known()
    {
        Chain.Learn(One);
        return this;
    }

    public ValueTask<AdmissionResult> AdmitAsync(ChannelPayment payment, UInt256 price, CancellationToken cancellationToken = default) =>
        Payments.AdmitAsync(payment, Call(price), cancellationToken);

    /// <summary>Admits, and expects it to be.</summary>
    public async Task<Reservation> ReserveAsync(ChannelPayment payment, UInt256 price)
    {
        AdmissionResult admission = await AdmitAsync(payment, price);
        Assert.Null(admission.Refusal);
        return admission.Reservation!;
    }

    /// <summary>One whole call. Null when it was granted.</summary>
    public async Task<PaymentRefusal?> PayAsync(ChannelPayment payment, UInt256 price)
    {
        AdmissionResult admission = await AdmitAsync(payment, price);
        return admission.Refusal ?? await admission.Reservation!.SettleAsync();
    }

    public async Task<ChannelVerification[]> VerifyAsync(TimeSpan retention = default)
    {
        var findings = new List<ChannelVerification>();
        var verifier = new LedgerVerifier(Store, new FakeSigners(), Escrow, Time, retention);
        await foreach (ChannelVerification finding in verifier.VerifyAsync(CancellationToken.None))
        {
            findings.Add(finding);
        }

        return [.. findings];
    }

    public async Task AssertCleanAsync()
    {
        foreach (ChannelVerification finding in await VerifyAsync())
        {
            Assert.Empty(finding.Faults);
        }
    }

    /// <summary>The turn of channel 1 is free and nobody waits.</summary>
    public void AssertIdle() => Assert.False(Channel.Slot.IsTaken);
}
