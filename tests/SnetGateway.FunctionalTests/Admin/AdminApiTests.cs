using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Usage;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Admin;

/// <summary>The admin API of a whole gateway without payments.</summary>
public sealed partial class AdminApiTests : IAsyncLifetime
{
    private ScriptedService _service = null!;
    private AdminApp _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await ScriptedService.StartAsync();
        _gateway = await AdminApp.StartAsync(
            _service, ("SnetGateway:Limits:Budgets:day:Cogs", "1000"), ("SnetGateway:Limits:Budgets:each:Cogs", "50"),
            ("SnetGateway:Limits:Budgets:day:Per", "all"), ("SnetGateway:Limits:Rates:fast:Calls", "100"));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task OpenApiDocument_IsThePage()
    {
        JsonElement document = JsonDocument.Parse(await _gateway.TextAsync("/api/openapi.json")).RootElement;
        string[] inDocument =
        [
            .. document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(method =>
                $"{method.Name.ToUpperInvariant()} {path.Name} | {method.Value.GetProperty("summary").GetString()}")),
        ];
        Assert.True(inDocument.Length > 10);
        string[] inPage =
        [
            .. Row().Matches(RepositoryFiles.Read("docs/admin-api.md"))
                .Select(row => $"{row.Groups["method"].Value} {row.Groups["path"].Value} | {row.Groups["summary"].Value}"),
        ];
        Assert.Equal(inDocument.Order(StringComparer.Ordinal), inPage.Order(StringComparer.Ordinal));
        Assert.All(
            document.GetProperty("paths").EnumerateObject(), path => Assert.StartsWith("/api/v1/", path.Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task EveryRead_Responds()
    {
        foreach (string path in await ReadsAsync())
        {
            using HttpResponseMessage response = await _gateway.SendAsync(HttpMethod.Get, path);
            Assert.True(
                path.Contains("channels/7", StringComparison.Ordinal)
                    ? response.StatusCode == HttpStatusCode.NotFound
                    : response.IsSuccessStatusCode,
                $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public async Task Status_WithoutAChain_IsNotReadyAndSaysWhy()
    {
        JsonElement status = await _gateway.GetAsync("/status");
        Assert.False(status.GetProperty("isReady").GetBoolean());
        Assert.Contains("chain: ", status.GetProperty("problems")[0].GetString(), StringComparison.Ordinal);
        Assert.Equal(_gateway.Listeners.Public.ToString(), status.GetProperty("public").GetString());
        Assert.Equal("memory", status.GetProperty("store").GetProperty("place").GetString());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("chain").GetProperty("head").ValueKind);
        JsonElement service = (await _gateway.GetAsync("/services"))[0];
        Assert.Equal(
            ("echo", "echo-id", "my-org", "STARTING"),
            (Text(service, "name"), Text(service, "serviceId"), Text(service, "organization"), Text(service, "state")));
        Assert.Equal("Unknown", Text(service.GetProperty("instances")[0], "health"));
    }

    [Fact]
    public async Task Limits_HaveWhatIsUsed()
    {
        JsonElement limits = await _gateway.GetAsync("/limits");
        Assert.Equal(100, limits.GetProperty("rates")[0].GetProperty("calls").GetInt32());
        Assert.Equal([("day", "0"), ("each", null)], limits.GetProperty("budgets").EnumerateArray()
            .Select(budget => (Text(budget, "name")!, Text(budget, "used"))).Order());
        JsonElement ofPayer = await _gateway.GetAsync("/limits?payer=0x2222222222222222222222222222222222222222");
        Assert.All(ofPayer.GetProperty("budgets").EnumerateArray(), budget => Assert.Equal("0", Text(budget, "used")));
    }

    [Theory]
    [InlineData("/channels?after=x")]
    [InlineData("/channels/x")]
    [InlineData("/channels?limit=x")]
    [InlineData("/limits?payer=0x1")]
    [InlineData("/free-calls/me")]
    [InlineData("/usage?from=yesterday")]
    [InlineData("/usage?to=2999-01-01")]
    [InlineData("/usage?format=xml")]
    [InlineData("/usage?by=call&format=hosting")]
    public async Task InvalidParameter_IsABadRequest(string path)
    {
        using HttpResponseMessage response = await _gateway.SendAsync(HttpMethod.Get, "/api/v1" + path);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Samples_HaveWhatHappenedSinceTheLastOne_AndAreBounded()
    {
        Samples samples = _gateway.Services.GetRequiredService<Samples>();
        UsageCounters usage = _gateway.Services.GetRequiredService<UsageCounters>();
        samples.Take();
        usage.Charged("echo", GatewayHarness.Method, GatewayHarness.Payer, 10, TimeSpan.FromSeconds(1));
        usage.Charged("echo", GatewayHarness.Method, GatewayHarness.Payer, 20, TimeSpan.FromSeconds(1));
        samples.Take();
        usage.Charged("other", GatewayHarness.Method, GatewayHarness.Payer, 5, TimeSpan.FromSeconds(1));
        samples.Take();
        Assert.Equal(
            [(2, "30", "echo"), (1, "5", "other")],
            (await _gateway.GetAsync("/samples")).EnumerateArray().Where(sample => sample.GetProperty("charged").GetInt32() > 0)
                .Select(sample => (
                    sample.GetProperty("charged").GetInt32(), Text(sample, "cogs")!,
                    Text(Assert.Single(sample.GetProperty("services").EnumerateArray()), "service")!)));
        JsonElement earned = await _gateway.GetAsync("/earned?payers=1");
        Assert.Equal(("35", 3), (Text(earned, "cogs"), earned.GetProperty("calls").GetInt32()));
        Assert.Equal(GatewayHarness.PayerText, Text(Assert.Single(earned.GetProperty("payers").EnumerateArray()), "payer"));
        for (int i = 0; i < Samples.Capacity; i++)
        {
            samples.Take();
        }

        Assert.InRange(samples.Read(after: null).Count, 1, Samples.Capacity);
        DateTimeOffset last = samples.Read(after: null)[^1].At;
        Assert.All(samples.Read(last), sample => Assert.True(sample.At > last));
    }

    [Fact]
    public async Task FreeCalls_OfAUserWithoutAny_AreNotReset()
    {
        using HttpResponseMessage none = await _gateway.SendAsync(
            HttpMethod.Post, "/api/v1/free-calls/reset", new { address = "0x2222222222222222222222222222222222222222" });
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        using HttpResponseMessage invalid =
            await _gateway.SendAsync(HttpMethod.Post, "/api/v1/free-calls/reset", new { address = "0x22" });
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
    }

    [Fact]
    public async Task FreeCalls_AreReset_InMemoryToo()
    {
        var user = new FreeCallUser(Address.Parse("0x3333333333333333333333333333333333333333"), "");
        CounterLedger ledger = _gateway.Services.GetRequiredService<CounterLedger>();
        RecordKey key = user.CounterKey(FreeCallOffer.QuotaIdsOf("my-org", "echo-id", "aGVyZSBzdGFuZCAzMiBieXRlcyBvZiBncm91cCBpZCE="));
        PaidService service = _gateway.Services.GetRequiredService<LiveSnapshot>().Catalog.Find("echo")!;
        Counter counter = (await ledger.FindAsync(key, default))!;
        (CounterUse? use, _) = await ledger.HoldAsync(
            counter, UInt256.One, UInt256.One, new PaidCall(service, GatewayHarness.Method), default);
        Assert.Equal(CounterOutcome.Done, await ledger.SettleAsync(use!));
        (CounterUse? over, _) = await ledger.HoldAsync(
            counter, UInt256.One, UInt256.One, new PaidCall(service, GatewayHarness.Method), default);
        Assert.Null(over);

        using HttpResponseMessage reset = await _gateway.SendAsync(
            HttpMethod.Post, "/api/v1/free-calls/reset", new { address = user.Address.ToString(), service = "echo" });
        Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
        (CounterUse? again, _) = await ledger.HoldAsync(
            counter, UInt256.One, UInt256.One, new PaidCall(service, GatewayHarness.Method), default);
        Assert.NotNull(again);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    /// <summary>All paths that are read, with a value for each parameter in a path.</summary>
    private async Task<string[]> ReadsAsync() =>
    [
        .. JsonDocument.Parse(await _gateway.TextAsync("/api/openapi.json")).RootElement.GetProperty("paths").EnumerateObject()
            .Where(path => path.Value.TryGetProperty("get", out _))
            .Select(path => path.Name.Replace("{id}", "7", StringComparison.Ordinal)
                .Replace("{address}", "0x2222222222222222222222222222222222222222", StringComparison.Ordinal)),
    ];

    [GeneratedRegex(@"^\| `(?<method>[A-Z]+)` \| `(?<path>/api/v1/[^`]*)` \| (?<summary>[^|]+?) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
