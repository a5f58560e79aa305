using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>Which refusal wins when several apply is part of the protocol (docs/protocol/escrow-payments.md, 'Order of checks').</summary>
public sealed class RefusalOrderTests
{
    /// <summary>In the order of precedence.</summary>
    [Flags]
    public enum Fault
    {
        None = 0,
        OtherRecipient = 1,
        OtherGroup = 1 << 1,
        Nonce = 1 << 2,
        BadSignature = 1 << 3,
        WrongSigner = 1 << 4,
        NearExpiry = 1 << 5,
        Funds = 1 << 6,
        NoPrice = 1 << 7,
        Busy = 1 << 8,
        Amount = 1 << 9,
    }

    private static readonly Dictionary<Fault, (int Code, string Text)> s_answers = new()
    {
        [Fault.OtherRecipient] = (13,
            "payment channel error: recipient Address from org metadata does not Match on what was retrieved from Channel"),
        [Fault.OtherGroup] = (13, "payment channel error: channel received belongs to another group of replicas, current group: "
            + "[8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8 8], channel group: "
            + "[7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7]"),
        [Fault.Nonce] = (1000, "incorrect payment channel nonce, latest: 0, sent: 5"),
        [Fault.BadSignature] = (16, "payment signature is not valid"),
        [Fault.WrongSigner] = (16, "payment is not signed by channel signer"),
        [Fault.NearExpiry] = (16,
            "payment channel is near to be expired, expiration time: 1100, current block: 1000, expiration threshold: 100"),
        [Fault.Funds] = (16, "not enough tokens on payment channel, channel amount: 1000, payment amount: 5000"),
        [Fault.NoPrice] = (13, "internal error: price is not defined for the Method /example.Calculator/add"),
        [Fault.Busy] = (9, "another transaction on channel: {ID: 1} is in progress"),
        [Fault.Amount] = (16, "income 11 does not equal to price 10"),
    };

    public static TheoryData<Fault> Rows()
    {
        Fault[] all = [.. s_answers.Keys];
        var rows = new TheoryData<Fault>();
        for (int first = 0; first < all.Length; first++)
        {
            rows.Add(all[first]);
            Fault later = Fault.None;
            for (int second = first + 1; second < all.Length; second++)
            {
                rows.Add(all[first] | all[second]);
                later |= all[second];
            }

            if (first < all.Length - 2)
            {
                rows.Add(all[first] | later);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Admit_SeveralFaultsAtOnce_FirstInOrderWins(Fault faults)
    {
        (int code, string text) = s_answers[s_answers.Keys.First(fault => faults.HasFlag(fault))];
        var rig = new PaymentRig(options: new PaidCallOptions { MaxWaitingPerChannel = 0 });
        if (faults.HasFlag(Fault.NearExpiry))
        {
            rig.Chain.Extend(PaymentRig.One, 1_100);
        }

        rig.Known();
        if (faults.HasFlag(Fault.Busy))
        {
            Assert.True(await rig.Channel.Slot.EnterAsync(0, TimeSpan.Zero, rig.Time, default));
        }

        UInt256 amount = faults.HasFlag(Fault.Funds) ? 5_000UL : faults.HasFlag(Fault.Amount) ? 11UL : 10UL;
        ChannelPayment payment = PaymentRig.Pay(
            amount, faults.HasFlag(Fault.Nonce) ? 5UL : 0, by: faults.HasFlag(Fault.WrongSigner) ? PaymentRig.Stranger : null);
        if (faults.HasFlag(Fault.BadSignature))
        {
            payment = payment with { Signature = payment.Signature[..64] };
        }

        PaymentGroup group = PaymentRig.Group;
        group = faults.HasFlag(Fault.OtherRecipient) ? group with { Recipient = PaymentRig.Stranger } : group;
        group = faults.HasFlag(Fault.OtherGroup) ? group with { Id = PaymentRig.OtherGroup.Id } : group;
        IPriceSource prices = faults.HasFlag(Fault.NoPrice) ? new PricePerMethod(new Dictionary<string, UInt256>()) : new FixedPrice(10);

        AdmissionResult admission = await rig.Payments.AdmitAsync(
            payment, new PaidCall(new PaidService("calculator", group, prices), "/example.Calculator/add"), default);

        Assert.Null(admission.Reservation);
        Assert.Equal((code, text), (admission.Refusal!.StatusCode, admission.Refusal.Message));
        Assert.Equal(faults.HasFlag(Fault.Busy), rig.Channel.Slot.IsTaken);
        Assert.Equal(0, rig.Store.Commits);
        Assert.Equal(0, rig.Store.Reads);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public async Task Admit_IdThatDoesNotExist_NotFoundBeforeEverythingElse(ulong nonce)
    {
        var rig = new PaymentRig();
        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(5_000, nonce, channel: 77, by: PaymentRig.Stranger), 10);
        Assert.Equal(
            (16, "payment channel \"{ID: 77}\" not found", RefusalReason.ChannelNotFound),
            (refusal!.StatusCode, refusal.Message, refusal.Reason));
    }

    // What the contract would not pay: length, v, and (in the fake) zero r or s.
    public static TheoryData<string> Malformed => new("", "00", new string('1', 128), new string('1', 132), new string('0', 130),
        new string('1', 128) + "02", new string('1', 128) + "03", new string('1', 128) + "04", new string('1', 128) + "07",
        new string('1', 128) + "1a",
        new string('1', 128) + "1d", new string('1', 128) + "1f", new string('1', 128) + "22", new string('1', 128) + "36",
        new string('1', 128) + "ff",
        new string('0', 64) + new string('1', 64) + "1b", new string('1', 64) + new string('0', 64) + "1b");

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Admit_UnknownChannelAndMalformedSignature_RefusedBeforeTheChain(string hex)
    {
        var rig = new PaymentRig();
        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(10) with { Signature = Convert.FromHexString(hex) }, 10);
        Assert.Equal((16, "payment signature is not valid"), (refusal!.StatusCode, refusal.Message));
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(0, rig.Book.Count);
        Assert.Equal(0, rig.Signers.Recoveries);
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Hole31_SignatureThatTheContractWouldNotPay_IsRefused(string hex)
    {
        PaymentRig rig = new PaymentRig().Known();
        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(10) with { Signature = Convert.FromHexString(hex) }, 10);
        Assert.Equal((16, "payment signature is not valid"), (refusal!.StatusCode, refusal.Message));
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(0, rig.Store.Commits + rig.Store.Reads);
    }

    [Theory]
    [InlineData(100UL, 110UL, 10UL, null)]
    [InlineData(100UL, 100UL, 10UL, "income 0 does not equal to price 10")]
    [InlineData(100UL, 109UL, 10UL, "income 9 does not equal to price 10")]
    [InlineData(100UL, 111UL, 10UL, "income 11 does not equal to price 10")]
    [InlineData(100UL, 10UL, 10UL, "income -90 does not equal to price 10")]
    [InlineData(100UL, 0UL, 10UL, "income -100 does not equal to price 10")]
    [InlineData(100UL, 1_000UL, 10UL, "income 900 does not equal to price 10")]
    [InlineData(100UL, 100UL, 0UL, null)]
    [InlineData(100UL, 99UL, 0UL, "income -1 does not equal to price 0")]
    [InlineData(100UL, 101UL, 0UL, "income 1 does not equal to price 0")]
    public async Task Amount_AgainstTheRecord_ExactlyThePrice(ulong authorized, ulong amount, ulong price, string? text)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(authorized), authorized));

        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(amount), price);

        Assert.Equal(text, refusal?.Message);
        Assert.Equal(text is null ? null : 16, refusal?.StatusCode);
        rig.AssertIdle();
    }

    [Fact]
    public async Task Amount_PriceThatCannotBeAdded_IsRefusedAndNotWrapped()
    {
        var rig = new PaymentRig();
        rig.Chain.TopUp(PaymentRig.One, UInt256.MaxValue);
        rig.Known();
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(10), 10));
        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(9), UInt256.MaxValue);
        Assert.Equal($"income -1 does not equal to price {UInt256.MaxValue}", refusal!.Message);
    }

    [Theory]
    [InlineData(1_100UL, false)]
    [InlineData(1_101UL, true)]
    [InlineData(999UL, false)]
    [InlineData(0UL, false)]
    public async Task Expiry_ExactlyTheThreshold_IsTooNear(ulong expiration, bool admitted)
    {
        var rig = new PaymentRig();
        rig.Chain.Extend(PaymentRig.One, expiration);
        rig.Known();
        PaymentRefusal? refusal = await rig.PayAsync(PaymentRig.Pay(10), 10);
        Assert.Equal(admitted, refusal is null);
    }

    [Theory]
    [InlineData(1_000UL, true)]
    [InlineData(1_001UL, false)]
    public async Task Funds_AllOfThem_MayBeSpent(ulong amount, bool admitted)
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Equal(admitted, await rig.PayAsync(PaymentRig.Pay(amount), amount) is null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Signer_SenderOrSigner_BothMayPay(bool sender)
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation reservation = await rig.ReserveAsync(PaymentRig.Pay(10, by: sender ? PaymentRig.Sender : PaymentRig.Signer), 10);
        Assert.Equal(PaymentRig.Sender, reservation.Payer);
        Assert.Null(await reservation.SettleAsync());
    }

    [Fact]
    public async Task Signer_Recipient_MayNotPay()
    {
        PaymentRig rig = new PaymentRig().Known();
        Assert.Equal(RefusalReason.WrongSigner, (await rig.PayAsync(PaymentRig.Pay(10, by: PaymentRig.Recipient), 10))!.Reason);
    }

    [Fact]
    [Rule(10)]
    public async Task Hole07_GarbageWithSomebodysChannelId_TakesNoTurnAndLeavesNothing()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation running = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        for (int i = 0; i < 200; i++)
        {
            ChannelPayment forged = PaymentRig.Pay(20, by: PaymentRig.Stranger);
            ValueTask<AdmissionResult> admission = rig.AdmitAsync(forged, 10);
            Assert.True(admission.IsCompleted); // not one of them stood in line
            Assert.Equal(RefusalReason.WrongSigner, (await admission).Refusal!.Reason);
        }

        Assert.Null(await running.SettleAsync());
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20), 10));
        Assert.Empty(rig.Chain.Looks);
        Assert.Equal(2, rig.Store.Commits);
        Assert.Equal(0, rig.Store.Reads);
        Assert.Equal(1, rig.Book.Count);
    }

    [Fact]
    [Rule(5)]
    public async Task Hole08_SecondCallOnABusyChannel_WaitsAndThenRuns()
    {
        PaymentRig rig = new PaymentRig().Known();
        Reservation first = await rig.ReserveAsync(PaymentRig.Pay(10), 10);
        Task<PaymentRefusal?> second = rig.PayAsync(PaymentRig.Pay(20), 10);
        Assert.False(second.IsCompleted);

        Assert.Null(await first.SettleAsync());

        Assert.Null(await second.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(UInt256.FromUInt64(20), rig.Record.Amount);
        rig.AssertIdle();
    }
}
