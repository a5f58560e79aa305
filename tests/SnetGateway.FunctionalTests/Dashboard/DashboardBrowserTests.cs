using System.Globalization;
using SnetGateway.FunctionalTests.Admin;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Dashboard;

/// <summary>The dashboard of real calls in a real browser.</summary>
[Trait("Needs", "chain")]
public sealed class DashboardBrowserTests(DashboardMarket market) : IClassFixture<DashboardMarket>
{
    private const int Wide = PageLooks.Wide;

    private readonly Chromium _browser = market.Browser;

    private string[] Pages =>
    [
        "", "/services?done=paused", "/services/echo", "/channels", $"/channels/{market.Channel.Id}", $"/channels/{market.Channel.Id}/1",
        $"/channels?search={market.Channel.Sender}", "/channels/999999", "/claims", "/calls", "/consumers",
        $"/limits?payer={market.Channel.Sender}", "/limits?payer=7", "/alerts", "/configuration", "/login", "/nothing",
    ];

    [Fact]
    public async Task NothingOfThePages_IsLoadedBeforeTheFirst()
    {
        Assert.False(market.HadPagesAtStart);
        await _browser.GoAsync(market.Root);
        Assert.True(await market.HasPagesAsync());
    }

    [Fact]
    public async Task EveryPage_IsAccessible_AndFitsItsWindow()
    {
        await _browser.GoAsync(market.Root + "/calls");
        string why = await _browser.TextAsync("document.querySelector('[aria-labelledby=refusals] tbody a').href");
        foreach (string page in (string[])[.. Pages.Select(page => market.Root + page), why])
        {
            await PageLooks.CheckAsync(_browser, page);
        }
    }

    [Fact]
    public async Task FiveQuestions_AreAnsweredWithinTwoClicks()
    {
        await _browser.ShowAsync(Wide, 900, isDark: false);
        await _browser.GoAsync(market.Root);
        string tiles = await _browser.TextAsync("document.querySelector('.tiles').innerText");
        Assert.Matches(@"Earned today\s+\d+ cogs", tiles);
        Assert.Matches(@"At risk now\s+\d+ (FET|cogs)", tiles);
        Assert.Matches(@"Expiring next\s+channel \d+\s+in [\d\u202f]+ blocks", tiles);
        string payers = await _browser.TextAsync("document.querySelector('[aria-labelledby=payers]').innerText");
        Assert.Contains(market.Channel.Sender, payers, StringComparison.OrdinalIgnoreCase);

        await _browser.ClickAsync($"[aria-labelledby=refusals] tr:has(a[href$='/channels/{market.Channel.Id}']) th a");
        string why = await _browser.TextAsync("document.querySelector('main').innerText");
        Assert.Contains($"16 {market.Refused.Details}", why, StringComparison.Ordinal);
        Assert.Equal(
            "The amount is the authorized amount and exactly the price",
            (await _browser.TextAsync("document.querySelector('.checks .refused').lastChild.textContent")).Trim());
    }

    [Fact]
    public async Task EveryReading_IsDoneByKeyboard()
    {
        await _browser.ShowAsync(Wide, 900, isDark: false);
        await _browser.GoAsync(market.Root);
        await _browser.PressAsync("Tab");
        Assert.Equal("Skip to the content", await _browser.TextAsync("document.activeElement.innerText"));
        await _browser.PressAsync("Enter", "Tab");
        Assert.Equal("true", await _browser.TextAsync("document.activeElement.closest('main') !== null"));
        await _browser.TabToAsync(".choices a[href$='range=6h']");
        await SubmitAsync();
        Assert.Equal("6 hours", await _browser.TextAsync("document.querySelector('.choices [aria-current]').innerText"));
        await _browser.TabToAsync("#figures-calls summary");
        await _browser.PressAsync("Enter");
        Assert.Equal("true", await _browser.TextAsync("document.querySelector('#figures-calls').open"));
        await _browser.TabToAsync("#refresh");
        await _browser.PressAsync("Space");
        Assert.Equal("false", await _browser.TextAsync("document.querySelector('#refresh').checked"));
        await _browser.PressAsync("Space");

        await _browser.TabToAsync("#search");
        await TypeAsync($"{market.Channel.Id}");
        await SubmitAsync();
        Assert.Contains($"channels?search={market.Channel.Id}", await _browser.TextAsync("location.href"), StringComparison.Ordinal);
        await _browser.TabToAsync($"main a[href$='/channels/{market.Channel.Id}']");
        await SubmitAsync();
        Assert.Equal($"Channel {market.Channel.Id}", await HeadingAsync());
        await _browser.TabToAsync($"main a[href$='/channels/{market.Channel.Id}/1']");
        await SubmitAsync();
        Assert.Equal($"Call 1 of channel {market.Channel.Id}", await HeadingAsync());

        await _browser.TabToAsync("nav a[href$='/calls']");
        await SubmitAsync();
        await _browser.TabToAsync("#filter");
        await TypeAsync("wrong_amount");
        await SubmitAsync();
        await _browser.TabToAsync("[aria-labelledby=refusals] tbody th a");
        await SubmitAsync();
        Assert.Equal("Refused call", await HeadingAsync());
        await _browser.TabToAsync("nav a[href$='/limits']");
        await SubmitAsync();
        await _browser.TabToAsync("#payer");
        await TypeAsync(market.Channel.Sender);
        await SubmitAsync();
        Assert.Matches(
            @"each payer\s+all\s+1\u202f000\u202f000\s+\d", await _browser.TextAsync("document.querySelector('main').innerText"));
    }

    [Fact]
    public async Task EveryChange_IsDoneByKeyboard()
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        Assert.Equal(0, (await market.PayAsync(channel)).Code);
        await _browser.ShowAsync(Wide, 900, isDark: false);
        await _browser.GoAsync(market.Root + "/services");
        await ChangeAsync("form[action$='/pause'] button", "Paused");
        Assert.Equal(14, (await market.PayAsync(channel)).Code);
        await ChangeAsync("form[action$='/pause'] button", "Resumed");
        Assert.Equal(0, (await market.PayAsync(channel)).Code);

        await ChangeAsync("form[action$='/instance'] button", "Drained");
        Assert.Equal(14, (await market.PayAsync(channel)).Code);
        await ChangeAsync("form[action$='/instance'] button", "The instance gets calls again");
        await _browser.TabToAsync("input[name=weight]");
        await _browser.EvaluateAsync("document.activeElement.select(); 0");
        await TypeAsync("25");
        await SubmitAsync();
        Assert.Equal("25", await _browser.TextAsync("document.querySelector('input[name=weight]').value"));

        foreach ((string button, string done) in ((string, string)[])[("Pause", "Paused"), ("Resume", "Resumed")])
        {
            await _browser.TabToAsync("#all-services summary");
            await _browser.PressAsync("Enter");
            await ChangeAsync($"#all-services form:{(button == "Pause" ? "first" : "last")}-child button", done);
        }

        Assert.Equal(0, (await market.PayAsync(channel)).Code);
    }

    [Fact]
    public async Task LoginAndLogout_AreDoneByKeyboard()
    {
        const string Token = "0123456789abcdef0123456789abcdef";
        DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-login-");
        try
        {
            await using ScriptedService service = await ScriptedService.StartAsync();
            await using AdminApp gateway = await AdminApp.StartAsync(
                service, ("SnetGateway:Listeners:Admin:TokenPath", Canaries.FileOf(folder, "token", Token)));
            await _browser.ShowAsync(Wide, 900, isDark: false);
            await _browser.GoAsync($"http://{gateway.Listeners.Admin}/dashboard/limits");
            await TypeAsync("wrong"); // the field has the focus
            await SubmitAsync();
            Assert.Equal("This is not the token.", await _browser.TextAsync("document.querySelector('[role=alert]').innerText"));
            await TypeAsync(Token);
            await SubmitAsync();
            Assert.Equal("Limits", await HeadingAsync());
            await _browser.TabToAsync("form[action$='/logout'] button");
            await SubmitAsync();
            Assert.EndsWith("/dashboard/login", await _browser.TextAsync("location.href"), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Page_LoadsItsFiguresAgain_ButNotWhileItIsInUse()
    {
        await _browser.ShowAsync(Wide, 900, isDark: false);
        string script = await _browser.BeginScriptAsync("window.setInterval = run => { window.refreshNow = run; return 0; };");
        try
        {
            await _browser.GoAsync(market.Root);
            int before = await ReadAsync();
            Assert.Equal(0, (await market.PayAsync(market.Channel)).Code);
            Assert.Equal(before + 1, await ReadAsync());

            await _browser.EvaluateAsync("document.querySelector('main a').focus(); 0");
            Assert.Equal(0, (await market.PayAsync(market.Channel)).Code);
            Assert.Equal(before + 1, await ReadAsync());
            await _browser.EvaluateAsync("document.activeElement.blur(); document.querySelector('#refresh').click(); 0");
            Assert.Equal(before + 1, await ReadAsync());
            await _browser.EvaluateAsync("document.querySelector('#refresh').click(); 0");
            Assert.Equal(before + 2, await ReadAsync());
        }
        finally
        {
            await _browser.EndScriptAsync(script);
        }

        async Task<int> ReadAsync() => int.Parse(
            await _browser.TextAsync("refreshNow().then(() => document.querySelector('.tiles').innerText.match(/(\\d+) calls/)[1])"),
            CultureInfo.InvariantCulture);
    }

    /// <summary>Presses a button by keyboard, and checks what the page says of it.</summary>
    private async Task ChangeAsync(string button, string done)
    {
        await _browser.TabToAsync(button);
        await SubmitAsync();
        Assert.StartsWith(done, await _browser.TextAsync("document.querySelector('[role=status]').innerText"), StringComparison.Ordinal);
    }

    private async Task SubmitAsync()
    {
        await _browser.LeavingAsync();
        await _browser.PressAsync("Enter");
        await _browser.LoadedAsync();
    }

    private Task TypeAsync(string text) => _browser.PressAsync([.. text.Select(character => $"{character}")]);

    private Task<string> HeadingAsync() => _browser.TextAsync("document.querySelector('h1').innerText");
}
