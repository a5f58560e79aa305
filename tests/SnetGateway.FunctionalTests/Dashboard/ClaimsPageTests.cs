using System.Text.Json;
using SnetGateway.FunctionalTests.Admin;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Dashboard;

/// <summary>The page of the claims that a gateway sends to a chain, from the plan to the finished transaction.</summary>
[Trait("Needs", "chain")]
public sealed class ClaimsPageTests(ClaimsPageTests.ClaimingMarket market) : IClassFixture<ClaimsPageTests.ClaimingMarket>
{
    private readonly Chromium _browser = market.Browser;

    private string Page => new Uri(market.Gateway.Admin, "/dashboard/claims").ToString();

    [Fact]
    public async Task Plan_OpenTransaction_AndFinishedOne_AreShown_AndARoundIsDoneByKeyboard()
    {
        ChainChannel small = await market.Chain.OpenChannelAsync(1_000), large = await market.Chain.OpenChannelAsync(1_000);
        await market.Chain.SetMiningAsync("manual");
        Assert.Equal(0, (await market.PayAsync(small)).Code);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(0, (await market.PayAsync(large)).Code);
        }

        await _browser.ShowAsync(PageLooks.Wide, 900, isDark: false);
        await _browser.GoAsync(Page);
        string planned = await PartAsync("plan");
        Assert.Matches($@"not due: 10 cogs in 1 channel\. No rule applies yet\.[\s\S]*{small.Id}\s+not due\s+10 cogs\s+1\s", planned);

        string open = await RoundAsync("not mined yet");
        JsonElement sent = (await market.GetAsync("/claims"))[0].GetProperty("open")[0];
        Assert.Contains(sent.GetProperty("hash").GetString()!, open, StringComparison.Ordinal);
        Assert.Matches(@"\d+\s+not mined yet\s+1\s+40 cogs\s+0 blocks\s+0\.\d+ ether, at [\d.]+ gwei", open);
        Assert.Matches($@"{large.Id}\s+in transaction\s+40 cogs", await PartAsync("plan"));
        Assert.Equal("waiting", sent.GetProperty("state").GetString());
        await PageLooks.CheckAsync(_browser, Page);

        await market.Chain.MineAsync();
        Assert.Matches(@"mined, not final\s+1\s+40 cogs\s+\d+ blocks?", await RoundAsync("mined, not final"));
        await market.Chain.MineAsync(70);
        string ended = await RoundAsync("paid");
        Assert.Contains("No transaction is open.", ended, StringComparison.Ordinal);
        Assert.Matches($@"\d+\s+paid\s+1\s+40 cogs\s+[\d\u202f]+\s+20[-0-9: ]+Z\s+{sent.GetProperty("hash").GetString()}", ended);
        await PageLooks.CheckAsync(_browser, Page + "?done=round");
        JsonElement finished = Assert.Single((await market.GetAsync("/claims"))[0].GetProperty("finished").EnumerateArray());
        Assert.Equal(("paid", "40"), (finished.GetProperty("outcome").GetString(), finished.GetProperty("cogs").GetString()));
    }

    /// <summary>Does rounds by keyboard, as many as it needs until the chain was followed, and returns what the page says then.</summary>
    private async Task<string> RoundAsync(string state)
    {
        string text = "";
        await _browser.ShowAsync(PageLooks.Wide, 900, isDark: false);
        await _browser.GoAsync(Page);
        await Eventually.TrueAsync($"a transaction is {state}", async () =>
        {
            await _browser.TabToAsync("form[action$='/claims'] button");
            await _browser.LeavingAsync();
            await _browser.PressAsync("Enter");
            await _browser.LoadedAsync();
            string done = await _browser.TextAsync("document.querySelector('[role=status]').innerText");
            Assert.StartsWith("A round was done.", done, StringComparison.Ordinal);
            text = await PartAsync("payee-0");
            return text.Contains(state, StringComparison.Ordinal);
        });
        return text;
    }

    private Task<string> PartAsync(string heading) =>
        _browser.TextAsync($"document.querySelector('[aria-labelledby={heading}]').innerText");

    /// <summary>A gateway that claims from 40 cogs on; the node holds the key of the provider and signs.</summary>
    public sealed class ClaimingMarket : AdminMarket
    {
        internal Chromium Browser { get; private set; } = null!;

        protected override IReadOnlyDictionary<string, string> Options => new Dictionary<string, string>
        {
            ["SnetGateway:Claims:Signers:remote:Url"] = Chain.State.RpcUrl.ToString(),
            ["SnetGateway:Claims:Signers:remote:Address"] = Operator.Address,
            ["SnetGateway:Claims:ValueCogs"] = "40",
        };

        public override async ValueTask InitializeAsync()
        {
            Task<Chromium> browser = Chromium.StartAsync();
            await base.InitializeAsync();
            Browser = await browser;
        }

        public override async ValueTask DisposeAsync()
        {
            await Browser.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
