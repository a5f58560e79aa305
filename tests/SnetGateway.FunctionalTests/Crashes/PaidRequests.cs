using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using StateClient = SnetGateway.Gateway.Control.PaymentChannelStateService.PaymentChannelStateServiceClient;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>What a consumer of one channel sends: paid calls of the example service, and questions for the channel's state.</summary>
internal sealed class PaidRequests(PrivateKey key, Address escrow, ChannelId channel, ulong block)
{
    /// <summary>The newest block, which questions for the channel's state sign. A gateway accepts those of the last few blocks.</summary>
    public ulong Block { get; set; } = block;

    /// <summary>A call that pays by signing this total.</summary>
    public HttpRequestMessage Call(Uri gateway, string method, byte[] message, ulong amount)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway, $"/example.Echo/{method}"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(message) { Headers = { ContentType = new MediaTypeHeaderValue(Wire.ContentType) } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach ((string name, string value) in Payment(amount))
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    /// <summary>The metadata that pays by signing this total.</summary>
    public (string Name, string Value)[] Payment(ulong amount)
    {
        byte[] signed = new byte[ClaimMessage.Length];
        ClaimMessage.Write(signed, escrow, channel, new ChannelNonce(0), amount);
        return
        [
            ("snet-payment-type", "escrow"),
            ("snet-payment-channel-id", channel.ToString()),
            ("snet-payment-channel-nonce", "0"),
            ("snet-payment-channel-amount", amount.ToString(CultureInfo.InvariantCulture)),
            ("snet-payment-channel-signature-bin", Convert.ToBase64String(key.SignMessage(signed))),
        ];
    }

    /// <summary>
    /// The total that the gateway says was signed last. Throws <see cref="IOException"/> when the gateway does not answer.
    /// </summary>
    public async Task<ulong> AskSignedAsync(ClientHttp http, Uri gateway, CancellationToken cancellationToken = default) =>
        (await AskStateAsync(http, gateway, cancellationToken)).Signed;

    /// <summary>The same, and the credit that a new call may use.</summary>
    public async Task<(ulong Signed, ulong Credit)> AskStateAsync(
        ClientHttp http, Uri gateway, CancellationToken cancellationToken = default)
    {
        byte[] id = channel.Value.ToBigEndian();
        byte[] signature = key.SignMessage(
            [.. "__get_channel_state"u8, .. escrow.ToBytes(), .. id, .. UInt256.FromUInt64(Block).ToBigEndian()]);
        try
        {
            ChannelStateReply state = await new StateClient(http.ChannelTo(gateway)).GetChannelStateAsync(
                new ChannelStateRequest
                {
                    ChannelId = ByteString.CopyFrom(id),
                    Signature = ByteString.CopyFrom(signature),
                    CurrentBlock = Block,
                },
                cancellationToken: cancellationToken).ResponseAsync.WithTimeout();
            _ = UInt256.TryReadBigEndian(state.CurrentSignedAmount.Span, out UInt256 signed);
            _ = UInt256.TryReadBigEndian(state.Credit.Span, out UInt256 credit);
            return (signed.ToUInt64Saturating(), credit.ToUInt64Saturating());
        }
        catch (RpcException exception) when (exception.InnerException is HttpRequestException or IOException)
        {
            throw new IOException("The gateway went away.", exception);
        }
    }

    /// <summary>The status of a gRPC answer, wherever it stands; null without one.</summary>
    public static (string? Code, string Text) StatusOf(HttpResponseMessage answer) => (
        Header(answer.TrailingHeaders, "grpc-status") ?? Header(answer.Headers, "grpc-status"),
        Uri.UnescapeDataString(Header(answer.TrailingHeaders, "grpc-message") ?? Header(answer.Headers, "grpc-message") ?? ""));

    public static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values.ToString() : null;
}
