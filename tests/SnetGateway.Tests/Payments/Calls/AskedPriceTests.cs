using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.Tests.Payments.Prepaid;
using Xunit;

namespace SnetGateway.Tests.Payments.Calls;

/// <summary>Prices that a service is asked for: only for an authenticated payer, and counted to it when the call is then refused.</summary>
public sealed class AskedPriceTests
{
    private static readonly PaidCallOptions s_options = new() { FailedCallsPerMinute = 2 };

    [Fact]
    [Rule(6)]
    public async Task Escrow_RefusalsAfterThePrice_PauseThePayer()
    {
        PaymentRig rig = new PaymentRig(options: s_options).Known();
        var price = new ScriptedPrice();
        Assert.Equal(RefusalReason.WrongAmount, (await PayAsync(rig, price, 3))!.Reason);
        price.Answer = Price.Refused(Refusals.PriceNotDetermined("Unavailable", "down"));
        Assert.Equal(RefusalReason.PriceUnknown, (await PayAsync(rig, price, 7))!.Reason);
        price.Throws = true;
        await Assert.ThrowsAsync<OperationCanceledException>(() => PayAsync(rig, price, 7));

        price.Throws = false;
        price.Answer = Price.Of(7);
        Assert.Equal(RefusalReason.Busy, (await PayAsync(rig, price, 7))!.Reason);
        Assert.Equal(3, price.Payers.Count);
        Assert.All(price.Payers, payer => Assert.Equal(PaymentRig.Sender, payer));
        Assert.False(rig.Channel.Slot.IsTaken);
        Assert.Equal(0, rig.Store.Commits);
    }

    [Fact]
    public async Task Escrow_WrongSigner_IsRefusedWithoutAPrice()
    {
        PaymentRig rig = new PaymentRig().Known();
        var price = new ScriptedPrice();
        AdmissionResult admission = await rig.Payments.AdmitAsync(
            PaymentRig.Pay(7, by: PaymentRig.Stranger), CallOf(price), default);
        Assert.Equal(RefusalReason.WrongSigner, admission.Refusal!.Reason);
        Assert.Empty(price.Payers);
    }

    [Fact]
    [Rule(6)]
    public async Task Prepaid_RefusalsAfterThePrice_PauseThePayer_AndGrantsDoNot()
    {
        PaymentRig rig = new PaymentRig(options: s_options).Known();
        PrepaidToken token = await rig.BuyAsync(20);
        var price = new ScriptedPrice();
        for (int i = 0; i < 2; i++)
        {
            AdmissionResult granted = await rig.Parts.Prepaid.AdmitAsync(token, CallOf(price), default);
            Assert.Null(await granted.Reservation!.SettleAsync());
        }

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(
                RefusalReason.UsageExceeded, (await rig.Parts.Prepaid.AdmitAsync(token, CallOf(price), default)).Refusal!.Reason);
        }

        Assert.Equal(RefusalReason.Busy, (await rig.Parts.Prepaid.AdmitAsync(token, CallOf(price), default)).Refusal!.Reason);
        Assert.Equal(5, price.Payers.Count);
    }

    private static async Task<PaymentRefusal?> PayAsync(PaymentRig rig, ScriptedPrice price, ulong amount) =>
        (await rig.Payments.AdmitAsync(PaymentRig.Pay(amount), CallOf(price), default)).Refusal;

    private static PaidCall CallOf(IPriceSource price) => new(new PaidService("words", PaymentRig.Group, price), "/w.Words/Count");

    private sealed class ScriptedPrice : IPriceSource
    {
        public List<Address> Payers { get; } = [];

        public Price Answer { get; set; } = Price.Of(7);

        public bool Throws { get; set; }

        public bool WasAsked => Payers.Count > 0;

        public ValueTask<Price> PriceOfAsync(string method, Address payer, CancellationToken cancellationToken)
        {
            Payers.Add(payer);
            return Throws ? throw new OperationCanceledException() : new ValueTask<Price>(Answer);
        }
    }
}
