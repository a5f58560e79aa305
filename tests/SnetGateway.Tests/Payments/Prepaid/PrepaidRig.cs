using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.Prepaid;

/// <summary>What consumers do with prepaid calls at one gateway: request tokens and pay with them.</summary>
internal static class PrepaidRig
{
    /// <summary>Requests a token. The claim and the request are signed by <paramref name="by"/>.</summary>
    public static ValueTask<PlanReply> GetTokenAsync(
        this PaymentRig rig, ulong amount, ulong nonce = 0, ulong channel = 1, ulong block = 1_000, Address? by = null,
        Address? claimBy = null)
    {
        ChannelPayment payment = PaymentRig.Pay(amount, nonce, channel, claimBy ?? by);
        return rig.Parts.Plans.GetAsync(payment, block, Sign(payment, block, by ?? PaymentRig.Signer), default, default);
    }

    /// <summary>Buys, and expects it to succeed.</summary>
    public static async Task<PrepaidToken> BuyAsync(this PaymentRig rig, ulong amount, ulong nonce = 0)
    {
        PlanReply plan = await rig.GetTokenAsync(amount, nonce);
        Assert.Null(plan.Refusal);
        return plan.Token!;
    }

    public static ValueTask<AdmissionResult> AdmitTokenAsync(
        this PaymentRig rig, PrepaidToken token, ulong price, PaymentGroup? group = null) =>
        rig.Parts.Prepaid.AdmitAsync(token, PaymentRig.Call(price, group), default);

    /// <summary>One whole call. Null when it was granted.</summary>
    public static async Task<PaymentRefusal?> PayAsync(this PaymentRig rig, PrepaidToken token, ulong price)
    {
        AdmissionResult admission = await rig.AdmitTokenAsync(token, price);
        return admission.Refusal ?? await admission.Reservation!.SettleAsync();
    }

    public static byte[] Sign(in ChannelPayment payment, ulong block, Address by)
    {
        byte[] message = [.. payment.Signature.Span, .. UInt256.FromUInt64(block).ToBigEndian()];
        return FakeSigners.Sign(by, message);
    }
}
