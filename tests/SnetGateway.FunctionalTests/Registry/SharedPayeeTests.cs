using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Registry;

/// <summary>A payment address from metadata, at gateways that share one etcd: one ledger, and a separate folder for each.</summary>
[Trait("Needs", "chain")]
[Trait("Needs", "etcd")]
public sealed class SharedPayeeTests(MarketFixture market) : IClassFixture<MarketFixture>
{
    private const int PayeeHeld = 1512;

    private string OtherPayee => market.Chain.State.Accounts["provider2"].Address;

    [Fact]
    public async Task ChangedPayee_IsHeldAtBothReplicas_AndInForceAtAll_WhenOneConfirmsIt()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await using IpfsServer ipfs = await IpfsServer.StartAsync();
        var documents = new PublishedDocuments(market, ipfs);
        await documents.PublishOrganizationAsync(market.Chain.State.Accounts["provider"].Address);
        await documents.PublishServiceAsync(10);
        GatewaySettings settings = documents.Settings();
        settings = settings with
        {
            Options = new Dictionary<string, string>(settings.Options)
            {
                ["SnetGateway:Ledger:Store"] = "etcd",
                ["SnetGateway:Ledger:Etcd:Endpoints:0"] = etcd.Endpoint,
            },
        };
        await using GatewayProcess one = await GatewayProcess.StartAsync(settings);
        await using GatewayProcess two = await GatewayProcess.StartAsync(settings);
        GatewayProcess[] both = [one, two];
        Array.ForEach(both, gateway => gateway.ExpectErrors(PayeeHeld));
        ChainChannel ours = await market.Chain.OpenChannelAsync(1_000);
        ChainChannel theirs = await market.Chain.OpenChannelAsync(1_000, recipient: "provider2");

        await documents.PublishOrganizationAsync(OtherPayee);
        foreach (GatewayProcess gateway in both)
        {
            await PublishedDocuments.SeesAsync(gateway, PayeeHeld);
            Assert.Equal(0, (await market.Client(ClientStack.Node).CallAsync(market.Say(gateway, ours, 10))).Code);
            Assert.NotEqual(0, (await documents.SayOnceAsync(gateway, theirs, 10)).Code);
        }

        // A third one has never seen the group, and does not take the changed address for the first one.
        InvalidOperationException refused =
            await Assert.ThrowsAsync<InvalidOperationException>(() => GatewayProcess.StartAsync(settings));
        Assert.Contains("registry confirm-payee", refused.Message, StringComparison.Ordinal);

        CommandResult confirmed = await two.RunCommandAsync("registry", "confirm-payee", PublishedDocuments.Service, OtherPayee);
        Assert.True(confirmed.ExitCode == 0, confirmed.Everything);
        long total = 0;
        foreach (GatewayProcess gateway in both)
        {
            total += 10;
            await TakesAsync(gateway, total);
        }

        await using GatewayProcess three = await GatewayProcess.StartAsync(settings);
        await TakesAsync(three, total + 10);
        CommandResult shown = await three.RunCommandAsync("registry", "show");
        Assert.Contains(OtherPayee, shown.Everything, StringComparison.OrdinalIgnoreCase);

        // A replica that has lost its folder agrees too: nothing but the ledger says what was confirmed.
        Assert.Equal(0, await one.StopAsync());
        Directory.Delete(Path.Combine(one.Folder, "data", "metadata"), recursive: true);
        await one.StartAgainAsync();
        await one.WaitUntilReadyAsync();
        await TakesAsync(one, total + 20);

        async Task TakesAsync(GatewayProcess gateway, long amount)
        {
            await Eventually.TrueAsync(
                $"the other payee is in force at {gateway.Endpoint}",
                async () => (await documents.SayOnceAsync(gateway, theirs, amount)).Code == 0);
            Assert.NotEqual(0, (await documents.SayOnceAsync(gateway, ours, 30)).Code);
        }
    }
}
