using System.Net;
using System.Text.RegularExpressions;
using SnetGateway.FunctionalTests.Admin;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Dashboard;

/// <summary>Access to the dashboard's pages, their protection, and no secret in them.</summary>
public sealed partial class DashboardTests : IAsyncLifetime
{
    private const string Token = "0123456789abcdef0123456789" + Canaries.Text;

    private static readonly string[] s_pages =
    [
        "/dashboard", "/dashboard?range=6h", "/dashboard/services", "/dashboard/services/echo", "/dashboard/channels",
        "/dashboard/channels?search=0x2222222222222222222222222222222222222222", "/dashboard/claims", "/dashboard/calls",
        "/dashboard/consumers", "/dashboard/limits", "/dashboard/limits?payer=0x2222222222222222222222222222222222222222",
        "/dashboard/alerts", "/dashboard/configuration", "/dashboard/login",
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-dashboard-");
    private readonly List<HttpClient> _browsers = [];
    private ScriptedService _service = null!;

    public async ValueTask InitializeAsync() => _service = await ScriptedService.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _browsers.ForEach(browser => browser.Dispose());
        await _service.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Page_OnLoopbackWithoutAToken_NeedsNoLogin_AndHasNothingOfAnotherHost()
    {
        await using AdminApp gateway = await AdminApp.StartAsync(
            _service, ("SnetGateway:Limits:Budgets:each:Cogs", "50"), ("SnetGateway:Limits:Rates:fast:Calls", "100"));
        HttpClient browser = Browser(gateway);
        foreach (string page in s_pages)
        {
            using HttpResponseMessage response = await browser.GetAsync(new Uri(page, UriKind.Relative));
            string html = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode == HttpStatusCode.OK, $"{page}: {response.StatusCode} {html}");
            Assert.Contains("default-src 'none'", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
            Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
            Assert.Equal("same-origin", Header(response, "Referrer-Policy"));
            Assert.Contains("no-store", Header(response, "Cache-Control"), StringComparison.Ordinal);
            Assert.All(Address().Matches(html), address => Assert.Matches("^(/dashboard|#|data:,)", address.Groups[1].Value));
            Assert.DoesNotContain("style=", html, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"<script(?! src=""/dashboard/assets/)|\son[a-z]+=", html);
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(browser, "/dashboard/services/none"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(browser, "/dashboard/channels/7"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(browser, "/dashboard/assets/other.css"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(browser, "/dashboard/none"));
        Assert.Equal(HttpStatusCode.Redirect, await StatusAsync(browser, "/"));
    }

    [Fact]
    public async Task NoPage_HasASecret()
    {
        await using AdminApp gateway = await AdminApp.StartAsync(_service, [.. Canaries.In(_folder), TokenSetting()]);
        HttpClient browser = Browser(gateway);
        await LoginAsync(browser, Token);
        foreach (string page in (string[])[.. s_pages, "/dashboard/services/none", "/dashboard/channels/7", "/dashboard/none"])
        {
            using HttpResponseMessage response = await browser.GetAsync(new Uri(page, UriKind.Relative));
            string all = $"{response.Headers}{await response.Content.ReadAsStringAsync()}";
            Assert.False(all.Contains(Canaries.Text, StringComparison.OrdinalIgnoreCase), $"{page}: {all}");
        }

        Assert.Contains(
            "https://node.example.org/***", await browser.GetStringAsync(new Uri("/dashboard/configuration", UriKind.Relative)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_LeadsToThePageThatWasAsked_AndLogoutEndsIt()
    {
        await using AdminApp gateway = await AdminApp.StartAsync(_service, TokenSetting());
        HttpClient browser = Browser(gateway);
        using HttpResponseMessage first = await browser.GetAsync(new Uri("/dashboard/channels?search=7", UriKind.Relative));
        Assert.Equal(HttpStatusCode.SeeOther, first.StatusCode);
        Assert.Equal("/dashboard/login?to=%2Fdashboard%2Fchannels%3Fsearch%3D7", first.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/dashboard/assets/dashboard.css"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await LoginAsync(browser, Token + "x")).StatusCode);
        Assert.Equal(HttpStatusCode.SeeOther, await StatusAsync(browser, "/dashboard"));
        HttpResponseMessage away = await LoginAsync(Browser(gateway), Token, "/dashboard/login?to=https%3A%2F%2Fevil.example.org%2F");
        Assert.Equal("/dashboard", away.Headers.Location!.OriginalString);

        HttpResponseMessage done = await LoginAsync(browser, Token, first.Headers.Location.OriginalString);
        Assert.Equal("/dashboard/channels?search=7", done.Headers.Location!.OriginalString);
        string name = $"snet-admin-{gateway.Listeners.Admin.Port}=";
        string cookie = done.Headers.GetValues("Set-Cookie").Single(one => one.StartsWith(name, StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Token, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/dashboard"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(browser, "/api/v1/status")); // the cookie is for pages

        await PostAsync(browser, "/dashboard", "/dashboard/logout");
        Assert.Equal(HttpStatusCode.SeeOther, await StatusAsync(browser, "/dashboard"));
    }

    [Fact]
    public async Task Form_OfAnotherSite_OrWithoutItsToken_ChangesNothing()
    {
        await using AdminApp gateway = await AdminApp.StartAsync(_service);
        HttpClient browser = Browser(gateway);
        (string, string)[] pause = [("service", "echo"), ("paused", "yes")];
        Assert.Equal(HttpStatusCode.BadRequest, await PostAsync(browser, null, "/dashboard/pause", pause));
        browser.DefaultRequestHeaders.Add("Origin", "https://evil.example.org");
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(browser, null, "/dashboard/pause", pause));
        browser.DefaultRequestHeaders.Remove("Origin");
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-site");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(browser, "/dashboard"));
        browser.DefaultRequestHeaders.Remove("Sec-Fetch-Site");
        browser.DefaultRequestHeaders.Host = "rebound.example.org";
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync(browser, "/dashboard"));
        browser.DefaultRequestHeaders.Host = null;
        Assert.Equal("[]", await gateway.TextAsync("/api/v1/pauses"));

        Assert.Equal(HttpStatusCode.SeeOther, await PostAsync(browser, "/dashboard/services", "/dashboard/pause", pause));
        Assert.Contains("echo", await gateway.TextAsync("/api/v1/pauses"), StringComparison.Ordinal);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await PostAsync(browser, "/dashboard/services", "/dashboard/pause", ("service", "none"), ("paused", "yes")));
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            await PostAsync(browser, "/dashboard/services", "/dashboard/pause", ("service", new string('x', 20_000))));
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(
        ", ", response.Headers.TryGetValues(name, out IEnumerable<string>? values) ? values : []);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string path)
    {
        using HttpResponseMessage response = await browser.GetAsync(new Uri(path, UriKind.Relative));
        return response.StatusCode;
    }

    private static async Task<HttpResponseMessage> LoginAsync(HttpClient browser, string token, string page = "/dashboard/login")
    {
        string html = await browser.GetStringAsync(new Uri(page, UriKind.Relative));
        return await browser.PostAsync(new Uri("/dashboard/login", UriKind.Relative), new FormUrlEncodedContent(
            [.. Hidden(html), new KeyValuePair<string, string>("token", token)]));
    }

    /// <summary>Sends a form, with the token of a page.</summary>
    private static async Task<HttpStatusCode> PostAsync(
        HttpClient browser, string? page, string path, params (string Name, string Value)[] fields)
    {
        IEnumerable<KeyValuePair<string, string>> token = page is null
            ? []
            : Hidden(await browser.GetStringAsync(new Uri(page, UriKind.Relative))).Where(one => one.Key == "form-token").Take(1);
        using HttpResponseMessage response = await browser.PostAsync(
            new Uri(path, UriKind.Relative),
            new FormUrlEncodedContent([.. token, .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]));
        return response.StatusCode;
    }

    private static IEnumerable<KeyValuePair<string, string>> Hidden(string html) => HiddenField().Matches(html)
        .Select(field => KeyValuePair.Create(field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value)));

    private HttpClient Browser(AdminApp gateway)
    {
        var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri($"http://{gateway.Listeners.Admin}"),
        };
        _browsers.Add(browser);
        return browser;
    }

    private (string Key, string Value) TokenSetting() =>
        ("SnetGateway:Listeners:Admin:TokenPath", Canaries.FileOf(_folder, "token", Token));

    [GeneratedRegex("""<input type="hidden" name="([^"]*)" value="([^"]*)" ?/?>""")]
    private static partial Regex HiddenField();

    [GeneratedRegex("""(?:href|src|action)="([^"]*)""")]
    private static partial Regex Address();
}
