using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.States;
using SnetGateway.Tests.Payments;
using SnetGateway.Tests.Payments.FreeCalls;
using SnetGateway.Tests.Payments.States;
using Xunit;

namespace SnetGateway.Tests.Gateway.Control;

/// <summary>What callers over the limit get (docs/protocol/control-services.md, 'Limits').</summary>
public sealed class ControlLimitTests
{
    private const string FreeCalls = "/escrow.FreeCallStateService/";

    [Fact]
    public async Task ChannelState_OverTheLimit_ResourceExhaustedWithRetryAfter_AndOneEvent()
    {
        var rig = new PaymentRig();
        rig.Parts.RequestsPerMinute = 1;
        rig.Chain.Learn(PaymentRig.One);
        var states = new ChannelStates(rig.Book, rig.Parts.Parties, rig.Parts.Budgets, rig.Signers, rig.Ledger, PaymentRig.Escrow);
        await using GrpcTestHost host = await GrpcTestHost.StartAsync(app => app.MapOwnService(binder =>
            PaymentChannelStateService.BindService(
                binder, new ChannelStateService(states, app.Services.GetRequiredService<ControlRefusals>()))));
        byte[] right = RawGrpc.Frame(new ChannelStateRequest
        {
            ChannelId = ByteString.CopyFrom(1),
            CurrentBlock = 1_000,
            Signature = ByteString.CopyFrom(ChannelStatesTests.Sign(PaymentRig.One, 1_000, PaymentRig.Sender)),
        });
        byte[] garbage = RawGrpc.Frame(new ChannelStateRequest { ChannelId = ByteString.CopyFrom(1) });
        string path = $"/{ChannelStateService.Name}/GetChannelState";
        Assert.Equal("0", (await AskAsync(host, path, right)).Status);
        Assert.Equal(("2", "incorrect signature", null), await AskAsync(host, path, garbage));
        Assert.Equal(("8", RequestBudgets.Refusal, "60"), await AskAsync(host, path, right));
        Assert.Equal(("8", RequestBudgets.Refusal, "60"), await AskAsync(host, path, garbage));
        Assert.Single(host.Log, entry => entry.Id.Name == "ControlRequestsLimited" && entry.Level == LogLevel.Warning);
    }

    /// <summary>The newest SDKs call both methods before every call and catch no error: over the limit they go on to pay.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task FreeCalls_OverTheLimit_NoTokenAndNoCalls_OrTheErrorWhereErrorsAreWanted(bool referenceErrors)
    {
        var rig = new FreeCallRig { Limit = 1 };
        var targets = new FreeCallTargets([new FreeCallTarget([], rig.Offer, referenceErrors)]);
        var snapshot = new GatewaySnapshot(new ServiceCatalog([], []), [], [], freeCalls: targets);
        await using GrpcTestHost host = await GrpcTestHost.StartAsync(app => app.MapOwnService(binder => FreeCallStateService.BindService(
            binder, new FreeCallService(
                rig.States, new LiveSnapshot(snapshot), app.Services.GetRequiredService<ControlRefusals>()))));
        byte[] token = rig.Token().Bytes.ToArray();
        byte[] count = RawGrpc.Frame(new FreeCallStateRequest
        {
            Address = FreeCallRig.UserText,
            CurrentBlock = 1_000,
            FreeCallToken = ByteString.CopyFrom(token),
            Signature = ByteString.CopyFrom(FreeCallRig.Use(rig.Offer, token).Signature.Span),
        });
        byte[] issue = RawGrpc.Frame(new GetFreeCallTokenRequest
        {
            Address = FreeCallRig.UserText,
            CurrentBlock = 1_000,
            Signature = ByteString.CopyFrom(FreeCallRig.Use(rig.Offer, []).Signature.Span),
        });
        using HttpResponseMessage first = await host.PostAsync(FreeCalls + "GetFreeCallsAvailable", count);
        Assert.NotEqual(5, (await first.Content.ReadAsByteArrayAsync()).Length);
        foreach ((string method, byte[] request) in ((string, byte[])[])[("GetFreeCallsAvailable", count), ("GetFreeCallToken", issue)])
        {
            using HttpResponseMessage response = await host.PostAsync(FreeCalls + method, request);
            (string? status, string? message, _) = await response.ReadStatusAsync();
            Assert.Equal(referenceErrors ? ("8", RequestBudgets.Refusal) : ("0", null), (status, message));
            Assert.Equal(referenceErrors ? 0 : 5, (await response.Content.ReadAsByteArrayAsync()).Length);
        }

        Assert.Single(host.Log, entry => entry.Id.Name == "ControlRequestsLimited");
    }

    private static async Task<(string? Status, string? Message, string? RetryAfter)> AskAsync(
        GrpcTestHost host, string path, byte[] request)
    {
        using HttpResponseMessage response = await host.PostAsync(path, request);
        (string? status, string? message, _) = await response.ReadStatusAsync();
        string? retryAfter = response.Headers.Concat(response.TrailingHeaders)
            .FirstOrDefault(header => header.Key.Equals("retry-after", StringComparison.OrdinalIgnoreCase)).Value?.Single();
        return (status, message, retryAfter);
    }
}
