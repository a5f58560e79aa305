using System.Text;
using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>Buys tokens for some calls each with a channel of its own, and uses each to the end.</summary>
internal sealed class PrepaidConsumer(
    PrivateKey key, Address escrow, ChannelId channel, ulong price, ulong block, IReadOnlyList<Uri> gateways, Random random)
    : CounterConsumer(gateways, random)
{
    private const ulong CallsOfAToken = 25;

    private readonly PaidRequests _requests = new(key, escrow, channel, block);
    private string _token = string.Empty;

    public ChannelId Channel => channel;

    public override async Task<int> CountAsync(IRecordStore ledger)
    {
        var history = new LedgerHistory(ledger);
        CounterRecord? plan = await history.ChannelAsync(channel, CancellationToken.None) is { } record
            ? await history.PlanAsync(record, CancellationToken.None)
            : null;
        return (int)((plan?.Used ?? UInt256.Zero).ToUInt64Saturating() / price);
    }

    /// <summary>The same total again while something of it is left, as after an answer that was lost; otherwise a larger one.</summary>
    protected override async Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken)
    {
        ulong signed = await _requests.AskSignedAsync(Http, gateway, cancellationToken);
        TokenReply? reply = signed == 0 ? null : await GetAsync(gateway, signed, cancellationToken);
        if (reply is null || reply.PlannedAmount < reply.UsedAmount + price)
        {
            reply = await GetAsync(gateway, signed + (CallsOfAToken * price), cancellationToken);
        }

        _token = reply.Token;
        return true;
    }

    protected override (string Name, string Value)[]? Payment() =>
    [
        ("snet-payment-type", "prepaid-call"),
        ("snet-payment-channel-id", channel.ToString()),
        ("snet-payment-channel-nonce", "0"),
        ("snet-prepaid-auth-token-bin", Convert.ToBase64String(Encoding.ASCII.GetBytes(_token))),
    ];

    protected override bool IsUsedUp(string refusal) => refusal.StartsWith("internal error: Usage Exceeded", StringComparison.Ordinal);

    private async Task<TokenReply> GetAsync(Uri gateway, ulong total, CancellationToken cancellationToken)
    {
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, escrow, channel, new ChannelNonce(0), total);
        byte[] claim = key.SignMessage(message);
        try
        {
            return await new TokenService.TokenServiceClient(Http.ChannelTo(gateway)).GetTokenAsync(
                new TokenRequest
                {
                    ChannelId = channel.Value.ToUInt64Saturating(),
                    SignedAmount = total,
                    CurrentBlock = block,
                    ClaimSignature = ByteString.CopyFrom(claim),
                    Signature = ByteString.CopyFrom(key.SignMessage([.. claim, .. UInt256.FromUInt64(block).ToBigEndian()])),
                },
                cancellationToken: cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.Unknown)
        {
            Tell($"token: {exception.Status.Detail}");
            throw new IOException(exception.Status.Detail, exception);
        }
    }
}
