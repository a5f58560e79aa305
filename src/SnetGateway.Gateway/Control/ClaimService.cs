using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// `escrow.ProviderControlService`: the payee lists what is signed, and gets the signatures that it sends to the contract. All errors are
/// UNKNOWN with the reference's text (docs/protocol/control-services.md, 'Claims'), except for a caller over the limit.
/// </summary>
internal sealed class ClaimService(ClaimLists lists, ClaimStarts starts, ControlRefusals refusals)
    : ProviderControlService.ProviderControlServiceBase
{
    public const string Name = "escrow.ProviderControlService";

    public override async Task<PaymentsListReply> GetListUnclaimed(GetPaymentsListRequest request, ServerCallContext context)
    {
        ClaimReply reply = await lists.UnclaimedAsync(
            Read(request.MpeAddress, request.Signature, context), request.CurrentBlock, context.CancellationToken);

        // Claimers refuse a list of unclaimed payments that has signatures.
        return ListOf(reply, context, hasSignatures: false, hasExpiry: true);
    }

    public override async Task<PaymentsListReply> GetListInProgress(GetPaymentsListRequest request, ServerCallContext context)
    {
        ClaimReply reply = await lists.InProgressAsync(
            Read(request.MpeAddress, request.Signature, context), request.CurrentBlock, context.CancellationToken);
        return ListOf(reply, context, hasSignatures: true, hasExpiry: true);
    }

    public override async Task<PaymentReply> StartClaim(StartClaimRequest request, ServerCallContext context)
    {
        if (!UInt256.TryReadBigEndian(request.ChannelId.Span, out UInt256 id))
        {
            // More than 32 bytes are not a channel id; the reference would have cut them (trap 1).
            throw refusals.Of("channel Id of more than 256 bits was not found on blockchain or storage", context);
        }

        ClaimReply reply = await starts.StartAsync(
            new ChannelId(id), Read(request.MpeAddress, request.Signature, context), context.CancellationToken);
        return ListOf(reply, context, hasSignatures: true, hasExpiry: false).Payments[0];
    }

    public override async Task<PaymentsListReply> StartClaimForMultipleChannels(
        StartMultipleClaimRequest request, ServerCallContext context)
    {
        ClaimReply reply = await starts.StartAllAsync(
            request.ChannelIds, request.CurrentBlock, Read(request.MpeAddress, request.Signature, context), context.CancellationToken);
        return ListOf(reply, context, hasSignatures: true, hasExpiry: false);
    }

    private static ClaimRequest Read(string escrow, ByteString signature, ServerCallContext context) =>
        new(escrow, signature.Memory, OwnMethodRequest.ClientOf(context));

    private PaymentsListReply ListOf(ClaimReply reply, ServerCallContext context, bool hasSignatures, bool hasExpiry)
    {
        if (reply.Refusal is not null)
        {
            throw refusals.Of(reply.Refusal, context);
        }

        var list = new PaymentsListReply();
        foreach (ClaimablePayment payment in reply.Payments)
        {
            list.Payments.Add(new PaymentReply
            {
                ChannelId = Bytes(payment.Channel.Value),
                ChannelNonce = Bytes(payment.Nonce.Value),
                SignedAmount = Bytes(payment.Amount),
                Signature = hasSignatures ? ByteString.CopyFrom(payment.Signature.Span) : ByteString.Empty,
                ChannelExpiry = hasExpiry ? Bytes(payment.Expiration) : ByteString.Empty,
            });
        }

        return list;
    }

    private static ByteString Bytes(UInt256 value) => UnsafeByteOperations.UnsafeWrap(value.ToBigEndian());
}
