using SnetGateway.Gateway.Catalog;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

public class LiveSnapshotTests
{
    [Fact]
    public async Task Swap_TellsTheProxyAndKeepsOldServicesUntilItTookOver()
    {
        GatewaySnapshot first = (await Samples.ReadAsync(Samples.Good())).Snapshot!;
        Dictionary<string, string?> values = Samples.Good();
        foreach (string key in values.Keys
            .Where(k => k.Contains("draw", StringComparison.Ordinal) || k.Contains("about", StringComparison.Ordinal))
            .ToList())
        {
            values.Remove(key);
        }

        values["SnetGateway:Services:translate:Price:Cogs"] = "7";
        GatewaySnapshot second = (await Samples.ReadAsync(values)).Snapshot!;
        var live = new LiveSnapshot(first);
        Assert.Same(first, live.GetConfig());

        live.Swap(second);

        Assert.True(first.ChangeToken.HasChanged);
        Assert.False(second.ChangeToken.HasChanged);
        Assert.Same(second, live.GetConfig());
        Assert.NotNull(live.Catalog.Find("draw"));
        Assert.Equal("7", (await live.Catalog.Find("translate")!.Prices.PriceOfAsync("/any", default, default)).Cogs.ToString());

        live.ConfigurationApplied([first]);
        Assert.NotNull(live.Catalog.Find("draw"));
        live.ConfigurationApplied([second]);
        Assert.Null(live.Catalog.Find("draw"));
    }
}
