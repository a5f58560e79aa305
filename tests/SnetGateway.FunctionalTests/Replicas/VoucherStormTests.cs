using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;
using Xunit.Abstractions;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>One payment shown 256 times at once to three replicas, in whatever state they are: it buys one answer at most.</summary>
[Collection(DevChainFixture.Collection)]
public sealed class VoucherStormTests(DevChainFixture fixture, ITestOutputHelper output)
{
    private const int Copies = 256;

    [Fact]
    public async Task OnePaymentShownToAllReplicasManyTimes_IsGrantedOnce_WhateverBefallsThem()
    {
        await using ReplicaMarket market = await ReplicaMarket.StartAsync(fixture.Chain, await EtcdReplicaStore.StartAsync(), 3, channels: 4, seed: 1);
        await market.Consumers[0].StormAsync(market.Gateways.Count); // each has opened its connections

        await TellAsync("all replicas up", market.Consumers[0], () => Task.CompletedTask);
        await TellAsync("one paused in the middle", market.Consumers[1], async () =>
        {
            market.Gateways[0].Process.Send(UnixSignal.Stop);
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            market.Gateways[0].Process.Send(UnixSignal.Continue);
        });
        await TellAsync("one killed in the middle", market.Consumers[2], async () =>
        {
            await market.Gateways[1].KillAsync();
            await market.Gateways[1].StartAgainAsync();
        });
        await TellAsync("one etcd member killed in the middle", market.Consumers[3], async () =>
        {
            await market.Store.KillSomeAsync(new Random(1));
            await market.Store.RepairAsync();
        });
        await market.CheckRecordsAsync();
        await market.VerifyAsync();
        await market.ClaimAllAsync();
    }

    private async Task TellAsync(string what, ReplicaConsumer consumer, Func<Task> trouble)
    {
        int before = consumer.Grants.Payments;
        Task storm = consumer.StormAsync(Copies);
        await trouble();
        await storm;
        output.WriteLine($"{what}: {consumer.Grants.Payments - before} grants of one payment shown {Copies} times");
        Assert.Equal(0, consumer.Grants.MoreThanOnce);

        // Whoever paid is served by the next payment, whichever replica it asks.
        int now = consumer.Grants.Payments;
        await TestKit.Processes.Eventually.TrueAsync("the channel goes on", async () =>
        {
            await consumer.StormAsync(1);
            return consumer.Grants.Payments > now;
        });
    }
}
