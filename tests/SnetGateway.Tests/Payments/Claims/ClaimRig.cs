using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>Requests for claims, as the payee of the tests' group makes them.</summary>
internal static class ClaimRig
{
    public static readonly string Escrow = PaymentRig.Escrow.ToString();

    public static ValueTask<ClaimReply> StartAsync(
        this PaymentRig rig, ulong nonce = 0, ulong channel = 1, Address? by = null, CancellationToken cancellationToken = default)
    {
        byte[] message = ClaimMessages.Start(PaymentRig.Escrow, PaymentRig.Id(channel), PaymentRig.Nonce(nonce));
        return rig.Parts.ClaimStarts.StartAsync(PaymentRig.Id(channel), Request(message, by), cancellationToken);
    }

    public static ValueTask<ClaimReply> StartAllAsync(this PaymentRig rig, ulong[] ids, ulong block = 1_000, Address? by = null) =>
        rig.Parts.ClaimStarts.StartAllAsync(
            ids, block, Request(ClaimMessages.StartAll(PaymentRig.Escrow, ids, block), by), CancellationToken.None);

    public static ValueTask<ClaimReply> UnclaimedAsync(this PaymentRig rig, ulong block = 1_000, Address? by = null) =>
        rig.Parts.ClaimLists.UnclaimedAsync(
            Request(ClaimMessages.ListUnclaimed(PaymentRig.Escrow, block), by), block, CancellationToken.None);

    public static ValueTask<ClaimReply> InProgressAsync(this PaymentRig rig, ulong block = 1_000, Address? by = null) =>
        rig.Parts.ClaimLists.InProgressAsync(
            Request(ClaimMessages.ListInProgress(PaymentRig.Escrow, block), by), block, CancellationToken.None);

    /// <summary>Signed by the payee, unless somebody else does.</summary>
    public static ClaimRequest Request(byte[] message, Address? by = null, string? escrow = null) =>
        new(escrow ?? Escrow, FakeSigners.Sign(by ?? PaymentRig.Recipient, message), new ClientNetwork(1));

    /// <summary>Each payment as one line: channel, nonce and amount.</summary>
    public static string[] Lines(this ClaimReply reply) =>
        [.. reply.Payments.Select(payment => $"{payment.Channel}/{payment.Nonce}: {payment.Amount}")];

    /// <summary>The head and the channel as they are on the chain now, with the claim that the contract accepted.</summary>
    public static void ClaimOnChain(this PaymentRig rig, ClaimablePayment payment)
    {
        ChannelReading now = rig.Chain.Read(payment.Channel);
        if (payment.Nonce != now.Nonce || payment.Amount > now.Value)
        {
            throw new InvalidOperationException($"The contract refuses {payment}: the channel is at nonce {now.Nonce}.");
        }

        rig.Chain.Claim(payment.Channel, payment.Amount, announce: false);
    }
}
