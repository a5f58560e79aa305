using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// `escrow.PaymentChannelStateService`: returns the nonce and the authorized amount of a channel to its parties. Called as often as paid
/// calls, since SDKs request the state of all their channels before every call, and served from memory. All errors are UNKNOWN with the
/// reference's text (docs/protocol/channel-state.md, 'Steps'), except for a caller over the limit.
/// </summary>
internal sealed class ChannelStateService(ChannelStates states, ControlRefusals refusals)
    : PaymentChannelStateService.PaymentChannelStateServiceBase
{
    public const string Name = "escrow.PaymentChannelStateService";

    private static ByteString Bytes(UInt256 value) => UnsafeByteOperations.UnsafeWrap(value.ToBigEndian());

    private static ByteString SignatureOf(SignedTotal total) => ByteString.CopyFrom(total.Signature.Span);

    public override async Task<ChannelStateReply> GetChannelState(ChannelStateRequest request, ServerCallContext context)
    {
        if (!UInt256.TryReadBigEndian(request.ChannelId.Span, out UInt256 id))
        {
            // More than 32 bytes are not a channel id; the reference would have cut them (trap 1).
            throw new RpcException(new Status(StatusCode.Unknown, "channel is not found, channelId: more than 256 bits"));
        }

        ChannelState state = await states.GetAsync(
            new ChannelId(id), request.CurrentBlock, request.Signature.Memory, OwnMethodRequest.ClientOf(context),
            context.CancellationToken);
        if (state.Refusal is not null)
        {
            throw refusals.Of(state.Refusal, context);
        }

        var reply = new ChannelStateReply { CurrentNonce = Bytes(state.Nonce.Value) };
        if (state.Signed is { } signed)
        {
            reply.CurrentSignedAmount = Bytes(signed.Amount);
            reply.CurrentSignature = SignatureOf(signed);
        }

        if (state.Old is { } old)
        {
            // With an earlier nonce the reference always writes a current amount, zero included.
            reply.CurrentSignedAmount = Bytes(state.Signed?.Amount ?? UInt256.Zero);
            reply.OldNonceSignedAmount = Bytes(old.Amount);
            reply.OldNonceSignature = SignatureOf(old);
        }

        if (!state.Credit.IsZero)
        {
            reply.Credit = Bytes(state.Credit);
        }

        return reply;
    }
}
