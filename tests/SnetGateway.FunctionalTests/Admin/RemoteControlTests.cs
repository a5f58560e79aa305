using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control.Remote;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;
using State = SnetGateway.Gateway.Control.Remote.StatusResponse.Types.Status;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>The reference's remote control, with its client, on a gateway process.</summary>
[Trait("Needs", "chain")]
public sealed class RemoteControlTests(AdminMarket market) : IClassFixture<AdminMarket>, IDisposable
{
    private readonly GrpcChannel _channel = GrpcChannel.ForAddress($"http://{market.Gateway.Endpoint}");

    private ConfigurationService.ConfigurationServiceClient Client => new(_channel);

    public void Dispose() => _channel.Dispose();

    [Fact]
    public async Task Operator_StopsAndStartsTheProcessingOfRequests()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(State.RequestInProgress, (await Client.IsDaemonProcessingRequestsAsync(
            await SignAsync("IsDaemonProcessingRequests"))).CurrentProcessingStatus);
        Assert.Equal(State.HasStoppedProcessingRequests, (await Client.StopProcessingRequestsAsync(
            await SignAsync("StopProcessingRequests"))).CurrentProcessingStatus);
        Assert.Equal(14, (await market.PayAsync(channel)).Code);
        Assert.Equal(State.HasStoppedProcessingRequests, (await Client.IsDaemonProcessingRequestsAsync(
            await SignAsync("IsDaemonProcessingRequests"))).CurrentProcessingStatus);
        Assert.Equal(State.RequestInProgress, (await Client.StartProcessingRequestsAsync(
            await SignAsync("StartProcessingRequests"))).CurrentProcessingStatus);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
    }

    [Fact]
    public async Task Operator_ReadsTheConfiguration_AndCannotChangeIt()
    {
        ConfigurationResponse configuration = await Client.GetConfigurationAsync(await SignAsync("GetConfiguration"));
        Assert.Equal("10", configuration.CurrentConfiguration["SnetGateway:Services:echo:Price:Cogs"]);
        Assert.Equal(configuration.CurrentConfiguration.Keys.Order(), configuration.Schema.Details.Select(one => one.Name).Order());
        Assert.DoesNotContain(configuration.Schema.Details, one => one.Editable);
        EmptyRequest signed = await SignAsync("UpdateConfiguration");
        await ExpectAsync("work in progress", () => Client.UpdateConfigurationAsync(new UpdateRequest { Auth = signed.Auth }));
    }

    [Fact]
    public async Task RequestWithMissingFields_IsRefused()
    {
        foreach (CallerAuthentication? auth in (CallerAuthentication?[])
            [null, new(), new() { CurrentBlock = 1 }, new() { Signature = ByteString.CopyFrom(new byte[64]) }])
        {
            var request = new EmptyRequest { Auth = auth };
            await ExpectAsync("incorrect signature length", () => Client.GetConfigurationAsync(request));
            await ExpectAsync(
                "incorrect signature length", () => Client.UpdateConfigurationAsync(new UpdateRequest { Auth = auth }));
            await ExpectAsync("incorrect signature length", () => Client.StopProcessingRequestsAsync(request));
            await ExpectAsync("incorrect signature length", () => Client.StartProcessingRequestsAsync(request));
            await ExpectAsync("incorrect signature length", () => Client.IsDaemonProcessingRequestsAsync(request));
        }

        var invalid = new EmptyRequest { Auth = new() { Signature = ByteString.CopyFrom(new byte[65]) } };
        await ExpectAsync("incorrect signature data", () => Client.GetConfigurationAsync(invalid));
    }

    [Fact]
    public async Task OtherSigner_OtherMethod_AndOldBlock_AreRefused()
    {
        ChainAccount stranger = market.Chain.State.Accounts["stranger"];
        EmptyRequest ofStranger = await SignAsync("StopProcessingRequests", by: stranger);
        await ExpectAsync(
            $"unauthorized access, {stranger.Address} is not authorized", () => Client.StopProcessingRequestsAsync(ofStranger));

        // The signature of another method recovers some other address.
        EmptyRequest other = await SignAsync("StartProcessingRequests");
        RpcException refused = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.StopProcessingRequestsAsync(other));
        Assert.StartsWith("unauthorized access, ", refused.Status.Detail, StringComparison.Ordinal);

        ulong head = await market.Chain.GetBlockNumberAsync();
        await market.Chain.MineAsync(20);
        await TestKit.Processes.Eventually.TrueAsync(
            "the blocks are seen",
            async () => (await market.GetAsync("/status")).GetProperty("chain").GetProperty("head").GetUInt64() >= head + 20);
        EmptyRequest old = await SignAsync("StopProcessingRequests", head);
        await ExpectAsync(
            "authentication failed as the signature passed has expired", () => Client.StopProcessingRequestsAsync(old));
    }

    [Fact]
    public async Task ChangeOfAnEarlierBlock_DoesNotUndoALaterOne()
    {
        ulong block = await market.Chain.MineAsync(3);
        EmptyRequest stop = await SignAsync("StopProcessingRequests", block - 2);
        await Client.StartProcessingRequestsAsync(await SignAsync("StartProcessingRequests", block));
        await ExpectAsync(
            "authentication failed as the signature passed has expired", () => Client.StopProcessingRequestsAsync(stop));
    }

    private static async Task ExpectAsync<T>(string text, Func<AsyncUnaryCall<T>> call)
    {
        RpcException refused = await Assert.ThrowsAsync<RpcException>(async () => await call());
        Assert.Equal((StatusCode.Unknown, text), (refused.StatusCode, refused.Status.Detail));
    }

    private async Task<EmptyRequest> SignAsync(string method, ulong? block = null, ChainAccount? by = null)
    {
        ulong number = block ?? await market.Chain.GetBlockNumberAsync();
        byte[] message = [.. Encoding.ASCII.GetBytes($"_{method}"), .. UInt256.FromUInt64(number).ToBigEndian()];
        return new EmptyRequest
        {
            Auth = new CallerAuthentication
            {
                CurrentBlock = number,
                Signature = ByteString.CopyFrom(PrivateKey.Parse((by ?? market.Operator).PrivateKey[2..]).SignMessage(message)),
            },
        };
    }
}
