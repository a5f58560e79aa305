using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using StateClient = SnetGateway.Gateway.Control.PaymentChannelStateService.PaymentChannelStateServiceClient;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>A consumer with a channel of its own, who pays as it should or as it should not.</summary>
internal sealed class Payer(AttackRun run, PrivateKey key, ChannelId channel)
{
    private static readonly TimeSpan s_untilKnown = TimeSpan.FromSeconds(20);

    private readonly AttackTarget _target = run.Target;

    public PrivateKey Key => key;

    public ChannelId Channel => channel;

    /// <summary>The channel's nonce, as far as this consumer knows.</summary>
    public ulong Nonce { get; set; }

    /// <summary>The total that was signed last at this nonce. Cogs.</summary>
    public ulong Signed { get; set; }

    /// <summary>What the next call costs in all.</summary>
    public ulong Next => Signed + _target.Price;

    /// <summary>Whether what was granted can be claimed in the end; a reorganisation may have taken it.</summary>
    public bool IsClaimable { get; set; } = true;

    public Payment Payment(ulong amount, ulong? nonce = null) => new(key.Address, channel.Value, nonce ?? Nonce, amount);

    public byte[] Sign(ulong amount, ulong? nonce = null, ChannelId? of = null, Address? escrow = null)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, escrow ?? _target.Chain.Escrow, of ?? channel, new ChannelNonce(nonce ?? Nonce), amount);
        return key.SignMessage(message);
    }

    /// <summary>The headers of a call that pays, at the first gateway unless said otherwise.</summary>
    public List<(string Name, string Value)> Headers(ulong amount, ulong? nonce = null, string? host = null, byte[]? signature = null) =>
    [
        .. Unpaid(host),
        (PaymentMetadata.Type, "escrow"),
        (PaymentMetadata.ChannelId, channel.ToString()),
        (PaymentMetadata.ChannelNonce, (nonce ?? Nonce).ToString(CultureInfo.InvariantCulture)),
        (PaymentMetadata.ChannelAmount, amount.ToString(CultureInfo.InvariantCulture)),
        (PaymentMetadata.ChannelSignature, Convert.ToBase64String(signature ?? Sign(amount, nonce))),
    ];

    /// <summary>The headers of a call that does not pay.</summary>
    public List<(string Name, string Value)> Unpaid(string? host = null, string? method = null) =>
    [
        (":method", "POST"), (":scheme", _target.Gateways[0].Scheme), (":path", method ?? _target.Method),
        (":authority", host ?? _target.Gateways[0].Authority),
        ("content-type", Wire.ContentType), ("te", "trailers"),
    ];

    /// <summary>Shows a payment to one gateway, with the target's own message unless another is given.</summary>
    public Task<RawReply> ShowAsync(int gateway, ulong amount, ulong? nonce = null, string? host = null, byte[]? message = null) =>
        run.CallAsync(gateway, Payment(amount, nonce), Headers(amount, nonce, host), message);

    /// <summary>Shows one payment so many times at once, to all gateways in turn.</summary>
    public Task<RawReply[]> StormAsync(ulong amount, int copies, IReadOnlyList<int>? gateways = null, byte[]? message = null)
    {
        gateways ??= run.Everywhere;
        List<(string Name, string Value)> headers = Headers(amount);
        return Task.WhenAll(
            Enumerable.Range(0, copies).Select(copy => run.CallAsync(gateways[copy % gateways.Count], Payment(amount), headers, message)));
    }

    /// <summary>Pays as it should and must be served: whoever attacks may not spoil it for those who pay.</summary>
    public async Task PayAsync(int gateway = 0)
    {
        RawReply reply = await ShowAsync(gateway, Next);
        if (reply.Status == 0)
        {
            Signed = Next;
        }
        else
        {
            run.Counts.Problem($"an honest payment of {Next} on channel {channel} at gateway {gateway} was refused: {reply}");
        }
    }

    /// <summary>
    /// Pays as it should at every gateway, after trouble: in a moment the channel must go on, from wherever the gateway says it stands.
    /// </summary>
    public async Task GoOnAsync()
    {
        foreach (int gateway in run.Everywhere)
        {
            RawReply? reply = null;
            try
            {
                await TestKit.Processes.Eventually.TrueAsync("the channel goes on", async () =>
                {
                    (Nonce, Signed, _) = await AskAsync(gateway);
                    reply = await ShowAsync(gateway, Next);
                    return !IsOfAMoment(reply);
                }, s_untilKnown);
            }
            catch (TimeoutException)
            {
                // The last answer tells why.
            }

            if (reply?.Status != 0)
            {
                run.Counts.Problem($"channel {channel} does not go on at gateway {gateway}: {reply}");
                return;
            }

            Signed = Next;
        }
    }

    /// <summary>Busy, or not able just now: what an honest client tries again.</summary>
    private static bool IsOfAMoment(RawReply reply) =>
        reply.Status is (int)StatusCode.Unavailable or (int)StatusCode.Internal
        || (reply.Status == (int)StatusCode.FailedPrecondition && reply.Message.EndsWith("is in progress", StringComparison.Ordinal));

    /// <summary>
    /// Nonce, signed total and its signature, as a gateway tells them. It must know the newest block within a few, which it does in a
    /// moment.
    /// </summary>
    public async Task<(ulong Nonce, ulong Signed, byte[] Signature)> AskAsync(int gateway)
    {
        ChannelStateReply? state = null;
        await TestKit.Processes.Eventually.TrueAsync(
            "the gateway knows the newest block", async () => (state = await TryAskAsync(gateway)) is not null, s_untilKnown);
        return (Number(state!.CurrentNonce), Number(state.CurrentSignedAmount), state.CurrentSignature.ToByteArray());
    }

    /// <summary>Null while the gateway does not know the block.</summary>
    private async Task<ChannelStateReply?> TryAskAsync(int gateway)
    {
        ulong block = await _target.Chain.HeadAsync();
        byte[] id = channel.Value.ToBigEndian();
        byte[] signature = key.SignMessage(
            [.. "__get_channel_state"u8, .. _target.Chain.Escrow.ToBytes(), .. id, .. UInt256.FromUInt64(block).ToBigEndian()]);
        try
        {
            return await new StateClient(run.Http.ChannelTo(_target.Gateways[gateway])).GetChannelStateAsync(
                new ChannelStateRequest
                {
                    ChannelId = ByteString.CopyFrom(id),
                    Signature = ByteString.CopyFrom(signature),
                    CurrentBlock = block,
                }).ResponseAsync.WithTimeout();
        }
        catch (RpcException exception) when (exception.Status.Detail.EndsWith("the signature passed has expired", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static ulong Number(ByteString bytes) =>
        UInt256.TryReadBigEndian(bytes.Span, out UInt256 number) ? number.ToUInt64Saturating() : 0;
}
