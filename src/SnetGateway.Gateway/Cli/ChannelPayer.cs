using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>A channel's state as a gateway reports it.</summary>
/// <param name="Nonce">The nonce to sign at.</param>
/// <param name="Signed">Cogs signed so far at that nonce.</param>
internal readonly record struct RemoteChannelState(ChannelNonce Nonce, UInt256 Signed);

/// <summary>The consumer's side of a payment channel (docs/protocol/escrow-payments.md, 'Metadata').</summary>
internal sealed class ChannelPayer(PrivateKey key, Address escrow, ChannelId channel)
{
    private const string PriceWords = "does not equal to price ";

    /// <summary>The protocol's own status (docs/protocol/statuses-and-texts.md, 'How errors travel').</summary>
    private const int IncorrectNonce = 1000;

    private static readonly Marshaller<byte[]> s_bytes = Marshallers.Create(message => message, message => message);

    public ChannelId Channel => channel;

    /// <summary>The address of the key that signs.</summary>
    public Address Signer => key.Address;

    /// <summary>Requests the channel's state, which only its parties may see. Throws <see cref="RpcException"/>.</summary>
    public async Task<RemoteChannelState> AskAsync(CallInvoker gateway, ulong block, CancellationToken cancellationToken)
    {
        byte[] message =
            [.. "__get_channel_state"u8, .. escrow.ToBytes(), .. channel.Value.ToBigEndian(), .. ((UInt256)block).ToBigEndian()];
        var request = new ChannelStateRequest
        {
            ChannelId = ByteString.CopyFrom(channel.Value.ToBigEndian()),
            CurrentBlock = block,
            Signature = ByteString.CopyFrom(key.SignMessage(message)),
        };
        ChannelStateReply reply = await new PaymentChannelStateService.PaymentChannelStateServiceClient(gateway).GetChannelStateAsync(
            request, cancellationToken: cancellationToken);
        return UInt256.TryReadBigEndian(reply.CurrentNonce.Span, out UInt256 nonce)
            && UInt256.TryReadBigEndian(reply.CurrentSignedAmount.Span, out UInt256 signed)
            ? new RemoteChannelState(new ChannelNonce(nonce), signed)
            : throw new CommandException(ExitCodes.Failed, "the gateway returned a number of more than 256 bits");
    }

    /// <summary>
    /// Makes a call and pays for it. Without a price it first sends a payment that adds nothing: the gateway refuses it with the price and
    /// charges nothing; if it accepts, the method is free and this was the call. Throws <see cref="RpcException"/>.
    /// </summary>
    public async Task<PaidResponse> CallAsync(
        CallInvoker gateway, string method, RemoteChannelState state, UInt256? price, IReadOnlyList<byte[]> requests,
        Metadata further, CancellationToken cancellationToken)
    {
        if (price is null)
        {
            try
            {
                return await CallAsync(gateway, method, state, UInt256.Zero, requests, further, cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unauthenticated && PriceIn(e.Status.Detail) is { } asked)
            {
                price = asked;
            }
        }

        if (!state.Signed.TryAdd(price.Value, out UInt256 total))
        {
            throw new CommandException(ExitCodes.Usage, "the price and the amount signed so far do not fit into 256 bits");
        }

        int name = method.LastIndexOf('/'); // "/package.Service/Method"
        AsyncDuplexStreamingCall<byte[], byte[]> call = gateway.AsyncDuplexStreamingCall(
            new Method<byte[], byte[]>(MethodType.DuplexStreaming, method[1..name], method[(name + 1)..], s_bytes, s_bytes),
            null,
            new CallOptions(Payment(state.Nonce, total, further), cancellationToken: cancellationToken));
        Task writing = WriteAsync(call, requests);
        try
        {
            return new PaidResponse(call, writing, await call.ResponseStream.MoveNext(cancellationToken), price.Value, total);
        }
        catch
        {
            call.Dispose();
            await writing;
            throw;
        }
    }

    /// <summary>Whether a payment may have been refused because the channel has moved since its state was reported.</summary>
    public static bool MayBeOvertaken(RpcException refusal) => (int)refusal.StatusCode == IncorrectNonce
        || (refusal.StatusCode == StatusCode.Unauthenticated && PriceIn(refusal.Status.Detail) is not null);

    private static async Task WriteAsync(AsyncDuplexStreamingCall<byte[], byte[]> call, IReadOnlyList<byte[]> requests)
    {
        try
        {
            foreach (byte[] request in requests)
            {
                await call.RequestStream.WriteAsync(request);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception)
        {
            // The call has ended: reading it reports the status.
        }
    }

    private Metadata Payment(ChannelNonce nonce, UInt256 total, Metadata further)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, escrow, channel, nonce, total);
        var payment = new Metadata
        {
            { PaymentMetadata.Type, EscrowPayment.TypeName },
            { PaymentMetadata.ChannelId, channel.ToString() },
            { PaymentMetadata.ChannelNonce, nonce.ToString() },
            { PaymentMetadata.ChannelAmount, total.ToString() },
            { PaymentMetadata.ChannelSignature, key.SignMessage(message) },
        };
        foreach (Metadata.Entry entry in further)
        {
            payment.Add(entry);
        }

        return payment;
    }

    private static UInt256? PriceIn(string text)
    {
        int at = text.IndexOf(PriceWords, StringComparison.Ordinal);
        return at >= 0 && UInt256.TryParse(text.AsSpan(at + PriceWords.Length), out UInt256 price) ? price : null;
    }
}
