using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;
using SnetGateway.Tests.Payments;
using SnetGateway.Tests.Payments.Claims;
using Xunit;

namespace SnetGateway.Tests.Gateway.Control;

/// <summary>`escrow.ProviderControlService` on the wire: which fields a response has, and how it fails.</summary>
public sealed class ClaimServiceTests
{
    private const string NotFound = "channel Id of more than 256 bits was not found on blockchain or storage";

    [Fact]
    public async Task Responses_HaveTheFieldsThatClaimersRead()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Chain.Open(PaymentRig.Id(0), PaymentRig.Sender, PaymentRig.Signer, PaymentRig.Group, 1_000, 1_500);
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(30), 30));
        Assert.Null(await rig.PayAsync(PaymentRig.Pay(20, channel: 0), 20));
        await using GrpcTestHost host = await StartAsync(rig);

        PaymentReply[] unclaimed = [.. (await AskAsync(
            host, "GetListUnclaimed", List(ClaimMessages.ListUnclaimed(PaymentRig.Escrow, 1_000)), PaymentsListReply.Parser)).Payments];
        Assert.Equal([Line(0, 0, 20, "", 1_500), Line(1, 0, 30, "", 2_000)], unclaimed.Select(LineOf));

        string signed = Convert.ToHexStringLower(PaymentRig.Pay(30).Signature.Span);
        var start = new StartClaimRequest
        {
            MpeAddress = ClaimRig.Escrow,
            ChannelId = ByteString.CopyFrom(1),
            Signature = Sign(ClaimMessages.Start(PaymentRig.Escrow, PaymentRig.One, PaymentRig.Nonce(0))),
        };
        PaymentReply started = await AskAsync(host, "StartClaim", start, PaymentReply.Parser);
        Assert.Equal(Line(1, 0, 30, signed, null), LineOf(started));

        string other = Convert.ToHexStringLower(PaymentRig.Pay(20, channel: 0).Signature.Span);
        var all = new StartMultipleClaimRequest
        {
            MpeAddress = ClaimRig.Escrow,
            ChannelIds = { 0 },
            CurrentBlock = 1_000,
            Signature = Sign(ClaimMessages.StartAll(PaymentRig.Escrow, [0], 1_000)),
        };
        PaymentsListReply several = await AskAsync(host, "StartClaimForMultipleChannels", all, PaymentsListReply.Parser);
        Assert.Equal(Line(0, 0, 20, other, null), LineOf(Assert.Single(several.Payments)));

        PaymentsListReply progress = await AskAsync(
            host, "GetListInProgress", List(ClaimMessages.ListInProgress(PaymentRig.Escrow, 1_000)), PaymentsListReply.Parser);
        Assert.Equal([Line(0, 0, 20, other, 1_500), Line(1, 0, 30, signed, 2_000)], progress.Payments.Select(LineOf));
    }

    [Fact]
    public async Task Errors_AreUnknown_AndOverTheLimitResourceExhausted()
    {
        PaymentRig rig = new PaymentRig().Known();
        rig.Parts.RequestsPerMinute = 1;
        await using GrpcTestHost host = await StartAsync(rig);
        var id = new StartClaimRequest { MpeAddress = ClaimRig.Escrow, ChannelId = ByteString.CopyFrom([1, .. new byte[32]]) };
        Assert.Equal(("2", NotFound), await FailAsync(host, "StartClaim", id));
        GetPaymentsListRequest garbage = new() { MpeAddress = "\u001b[31m" + new string('x', 200) };
        Assert.Equal(
            ("2", $"the mpeAddress:  [31m{new string('x', 95)} passed does not match to what has been registered"),
            await FailAsync(host, "GetListUnclaimed", garbage));
        Assert.Equal(("8", RequestBudgets.Refusal), await FailAsync(host, "GetListInProgress", garbage));
    }

    private static Task<GrpcTestHost> StartAsync(PaymentRig rig) => GrpcTestHost.StartAsync(app => app.MapOwnService(binder =>
        ProviderControlService.BindService(binder, new ClaimService(
            rig.Parts.ClaimLists, rig.Parts.ClaimStarts, app.Services.GetRequiredService<ControlRefusals>()))));

    private static GetPaymentsListRequest List(byte[] message) =>
        new() { MpeAddress = ClaimRig.Escrow, CurrentBlock = 1_000, Signature = Sign(message) };

    private static ByteString Sign(byte[] message) => ByteString.CopyFrom(FakeSigners.Sign(PaymentRig.Recipient, message));

    /// <summary>As the claimer reads it: every number has 32 bytes, and a field that is not set is empty.</summary>
    private static string LineOf(PaymentReply payment)
    {
        Assert.All([payment.ChannelId, payment.ChannelNonce, payment.SignedAmount], number => Assert.Equal(32, number.Length));
        string expiry = payment.ChannelExpiry.IsEmpty ? "none" : $"{Number(payment.ChannelExpiry)}";
        return $"{Number(payment.ChannelId)}/{Number(payment.ChannelNonce)}: {Number(payment.SignedAmount)} "
            + $"{Convert.ToHexStringLower(payment.Signature.Span)} {expiry}";
    }

    private static string Line(int channel, int nonce, int amount, string signature, int? expiry) =>
        $"{channel}/{nonce}: {amount} {signature} {(expiry is { } block ? $"{block}" : "none")}";

    private static UInt256 Number(ByteString bytes) =>
        UInt256.TryReadBigEndian(bytes.Span, out UInt256 number) ? number : throw new InvalidOperationException("More than 32 bytes.");

    private static async Task<T> AskAsync<T>(GrpcTestHost host, string method, IMessage request, MessageParser<T> parser)
        where T : IMessage<T>
    {
        using HttpResponseMessage response = await host.PostAsync($"/{ClaimService.Name}/{method}", RawGrpc.Frame(request));
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        (string? status, string? text, _) = await response.ReadStatusAsync();
        Assert.Equal(("0", null), (status, text));
        return parser.ParseFrom(body, 5, body.Length - 5);
    }

    private static async Task<(string? Status, string? Message)> FailAsync(GrpcTestHost host, string method, IMessage request)
    {
        using HttpResponseMessage response = await host.PostAsync($"/{ClaimService.Name}/{method}", RawGrpc.Frame(request));
        (string? status, string? text, _) = await response.ReadStatusAsync();
        return (status, text is null ? null : Uri.UnescapeDataString(text));
    }
}
