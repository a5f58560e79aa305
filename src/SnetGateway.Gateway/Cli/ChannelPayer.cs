using Google.Protobuf;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Grpc.Client;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>What a gateway tells of a channel.</summary>
/// <param name="Nonce">The nonce to sign at.</param>
/// <param name="Signed">Cogs signed so far at that nonce.</param>
internal readonly record struct ChannelTold(ChannelNonce Nonce, UInt256 Signed);

/// <summary>The consumer's side of a payment channel (payments.md 3 and 4.3).</summary>
internal sealed class ChannelPayer(PrivateKey key, Address escrow, ChannelId channel)
{
    private const string PriceWords = "does not equal to price ";

    private static readonly GrpcMethod<ChannelStateRequest, ChannelStateReply> s_state =
        GrpcMethod.Protobuf<ChannelStateRequest, ChannelStateReply>($"/{ChannelStateService.Name}/GetChannelState");

    public ChannelId Channel => channel;

    /// <summary>Asks for the channel's state, which only its parties may. Throws <see cref="GrpcStatusException"/>.</summary>
    public async Task<ChannelTold> AskAsync(GrpcClient client, ulong block, CancellationToken cancellationToken)
    {
        byte[] message = [.. "__get_channel_state"u8, .. escrow.ToBytes(), .. channel.Value.ToBigEndian(), .. ((UInt256)block).ToBigEndian()];
        var request = new ChannelStateRequest
        {
            ChannelId = ByteString.CopyFrom(channel.Value.ToBigEndian()),
            CurrentBlock = block,
            Signature = ByteString.CopyFrom(key.SignMessage(message)),
        };
        ChannelStateReply reply = (await client.UnaryAsync(s_state, request, null, cancellationToken)).Message;
        return UInt256.TryReadBigEndian(reply.CurrentNonce.Span, out UInt256 nonce) && UInt256.TryReadBigEndian(reply.CurrentSignedAmount.Span, out UInt256 signed)
            ? new ChannelTold(new ChannelNonce(nonce), signed)
            : throw new CommandException(ExitCodes.Failed, "the gateway tells a state with numbers beyond 256 bits");
    }

    /// <summary>
    /// Makes a call and pays for it. Without a price it is learnt first: a payment that adds nothing is refused with the price, and costs
    /// nothing; where it is not refused the call is free, and that was it. Throws <see cref="GrpcStatusException"/>.
    /// </summary>
    public async Task<PaidAnswer> CallAsync(
        GrpcClient client, string method, ChannelTold state, UInt256? price, IReadOnlyList<byte[]> requests, CancellationToken cancellationToken)
    {
        if (price is null)
        {
            try
            {
                return await CallAsync(client, method, state, UInt256.Zero, requests, cancellationToken);
            }
            catch (GrpcStatusException e) when (e.Status.Code == GrpcStatusCode.Unauthenticated && PriceIn(e.Status.Message) is { } asked)
            {
                price = asked;
            }
        }

        if (!state.Signed.TryAdd(price.Value, out UInt256 total))
        {
            throw new CommandException(ExitCodes.Usage, "the price and what was signed do not fit into 256 bits");
        }

        GrpcClientCall<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> call = client.Start(
            GrpcMethod.Bytes(method), new GrpcCallOptions { Metadata = Payment(state.Nonce, total) }, cancellationToken);
        Task writing = WriteAsync(call, requests);
        try
        {
            return new PaidAnswer(call, writing, await call.ReadAsync(), price.Value, total);
        }
        catch
        {
            await call.DisposeAsync();
            await writing;
            throw;
        }
    }

    private static async Task WriteAsync(GrpcClientCall<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> call, IReadOnlyList<byte[]> requests)
    {
        foreach (byte[] request in requests)
        {
            // False when the call is over: reading tells how it ended.
            if (!await call.WriteAsync(request))
            {
                return;
            }
        }

        call.CompleteRequests();
    }

    private GrpcMetadata Payment(ChannelNonce nonce, UInt256 total)
    {
        var message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, escrow, channel, nonce, total);
        var metadata = new GrpcMetadata();
        metadata.Add(PaymentMetadata.Type, EscrowPayment.TypeName);
        metadata.Add(PaymentMetadata.ChannelId, channel.ToString());
        metadata.Add(PaymentMetadata.ChannelNonce, nonce.ToString());
        metadata.Add(PaymentMetadata.ChannelAmount, total.ToString());
        metadata.AddBinary(PaymentMetadata.ChannelSignature, key.SignMessage(message));
        return metadata;
    }

    private static UInt256? PriceIn(string text)
    {
        int at = text.IndexOf(PriceWords, StringComparison.Ordinal);
        return at >= 0 && UInt256.TryParse(text.AsSpan(at + PriceWords.Length), out UInt256 price) ? price : null;
    }
}
