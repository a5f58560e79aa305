using SnetGateway.FunctionalTests.Admin;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Dashboard;

/// <summary>A gateway process with paid and refused calls of one channel, and a browser.</summary>
public sealed class DashboardMarket : AdminMarket
{
    /// <summary>Whether the gateway had loaded code of the pages before the first request for one.</summary>
    public bool HadPagesAtStart { get; private set; }

    /// <summary>The channel: three calls of it are paid, and one was refused.</summary>
    public ChainChannel Channel { get; private set; } = null!;

    public CallReport Refused { get; private set; } = null!;

    public string Root => new Uri(Gateway.Admin, "/dashboard").ToString();

    internal Chromium Browser { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Options { get; } = new Dictionary<string, string>
    {
        ["SnetGateway:Limits:Budgets:each:Cogs"] = "1000000",
        ["SnetGateway:Limits:Rates:fast:Calls"] = "1000",
    };

    public override async ValueTask InitializeAsync()
    {
        Task<Chromium> browser = Chromium.StartAsync();
        await base.InitializeAsync();
        Browser = await browser;
        HadPagesAtStart = await HasPagesAsync();
        Channel = await Chain.OpenChannelAsync(1_000);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await PayAsync(Channel)).Code);
        }

        Refused = await PayAsync(Channel, price: 3);
        Assert.Equal(16, Refused.Code);
    }

    public override async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Whether the gateway's process has the framework that renders pages in memory.</summary>
    public async Task<bool> HasPagesAsync() => (await File.ReadAllTextAsync($"/proc/{Gateway.Process.Pid}/maps"))
        .Contains("Microsoft.AspNetCore.Components", StringComparison.Ordinal);

    protected override MarketService[] Services(Uri instance) =>
    [
        new MarketService("echo", instance) { Price = Price, LoadBalancing = "Weighted" },
        new MarketService("translate", instance, new Uri("http://127.0.0.1:1"))
        {
            Price = 2_500_000_000_000_000, Hosts = ["translate.example.org"], ProbeInterval = TimeSpan.FromHours(1),
        },
    ];
}
