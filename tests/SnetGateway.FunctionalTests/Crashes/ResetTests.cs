using SnetGateway.FunctionalTests.Market;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>Clients that take what they want and reset the stream, against the gateway as it is run.</summary>
[Collection(DevChainFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class ResetTests(DevChainFixture fixture)
{
    private const int Channels = 20;
    private const int Resets = 1_000;

    [Fact]
    [Rule(1)]
    public async Task ClientsThatTakeTheFirstMessageAndReset_AThousandTimes_AreAllCharged()
    {
        await using CrashMarket market = await CrashMarket.StartAsync(fixture.Chain, Channels);

        await Task.WhenAll(market.Consumers.Select(consumer => consumer.TakeFirstAndResetAsync(market.Address, Resets / Channels)));

        Assert.All(market.Consumers, consumer => Assert.Equal(Resets / Channels * CrashMarket.Price, consumer.HighestGranted));
        Assert.Equal(0, await market.CheckJournalsAsync());
        await market.VerifyAsync();
    }
}
