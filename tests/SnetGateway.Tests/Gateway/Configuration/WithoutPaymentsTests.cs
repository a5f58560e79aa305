using SnetGateway.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>A configuration whose routes are all free needs neither chain nor group nor ledger; any other still does.</summary>
public sealed class WithoutPaymentsTests
{
    [Fact]
    public async Task OnlyFreeRoutes_NeedNoChainAndNoLedger()
    {
        ConfigurationResult result = await Samples.ReadAsync(Free());
        Assert.Empty(result.Errors);
        Assert.False(result.Options.Chain.IsConfigured);
        Assert.Equal("memory", result.Options.Ledger.Store);
    }

    [Fact]
    public async Task LedgerThatIsNotUsed_IsNotChecked()
    {
        Dictionary<string, string?> free = Free();
        free["SnetGateway:Ledger:Store"] = "etcd"; // without endpoints
        Assert.Empty((await Samples.ReadAsync(free)).Errors);
    }

    [Theory]
    [InlineData("ReverseProxy:Routes:free:Metadata:Payment", null)]
    [InlineData("ReverseProxy:Routes:free:Metadata:Service", "translate")]
    [InlineData("SnetGateway:Services:translate:ServiceId", "translate")]
    [InlineData("SnetGateway:Chain:PollInterval", "00:00:02")]
    public async Task AnythingElse_NeedsAChain(string key, string? value)
    {
        Dictionary<string, string?> free = Free();
        free[key] = value;
        ConfigurationResult result = await Samples.ReadAsync(free);
        Assert.Contains(result.Errors, error => error.Path == "SnetGateway:Chain:ChainId" && error.Problem == "missing");
    }

    [Fact]
    public async Task Chain_WithoutAnyService_IsFollowed()
    {
        Dictionary<string, string?> free = Free();
        foreach ((string key, string? value) in Samples.Good().Where(
            pair => pair.Key.StartsWith("SnetGateway:Chain", StringComparison.Ordinal)))
        {
            free[key] = value;
        }

        ConfigurationResult result = await Samples.ReadAsync(free);
        Assert.Empty(result.Errors);
        Assert.True(result.Options.Chain.IsConfigured);
    }

    [Fact]
    public async Task ServiceThatIsAdded_NeedsARestart()
    {
        var loader = new ConfigurationLoader(new ConfigurationSources(null, []));
        ConfigurationResult refused = await loader.ReadAsync(Samples.Good(), startup: Free());
        Assert.Equal("SnetGateway:Services", Assert.Single(refused.Errors).Path);
        Assert.Contains("Restart", refused.Errors[0].Remedy, StringComparison.Ordinal);
        Assert.Empty((await loader.ReadAsync(Free(), startup: Free())).Errors);
    }

    [Fact]
    public async Task LastPaidServiceThatIsRemoved_NeedsNoRestart()
    {
        var loader = new ConfigurationLoader(new ConfigurationSources(null, []));
        Assert.Empty((await loader.ReadAsync(Free(), startup: Samples.Good())).Errors);
    }

    private static Dictionary<string, string?> Free() => new(StringComparer.OrdinalIgnoreCase)
    {
        ["SnetGateway:Listeners:Public:Address"] = "127.0.0.1:0",
        ["ReverseProxy:Routes:free:ClusterId"] = "free",
        ["ReverseProxy:Routes:free:Match:Path"] = "/{**method}",
        ["ReverseProxy:Routes:free:Metadata:Payment"] = "none",
        ["ReverseProxy:Clusters:free:Destinations:one:Address"] = "http://127.0.0.1:7002",
    };
}
