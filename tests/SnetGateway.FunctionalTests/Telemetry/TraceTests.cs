using System.Collections.Concurrent;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.PaidEndToEnd;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>The trace of a paid call, as a collector gets it, and as the service sees it.</summary>
[Collection(GatewayFixture.Collection)]
[Trait("Needs", "chain")]
public sealed class TraceTests(GatewayFixture market)
{
    private const string Caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const string Canary = "canary-of-a-token";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PaidCall_IsOneTrace_WithAdmissionQueueBackendAndSettle(bool overHttp)
    {
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync(overHttp);
        await using ScriptedService service = await ScriptedService.StartAsync();
        ConcurrentQueue<string> seen = Answer(service);
        string headers = Path.GetTempFileName();
        await File.WriteAllTextAsync(headers, $"authorization=Bearer%20{Canary}\n");
        File.SetUnixFileMode(headers, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string shown;
        GatewayProcess gateway = await StartAsync(service, new()
        {
            ["SnetGateway:Telemetry:Otlp:Endpoint"] = $"{collector.Address}",
            ["SnetGateway:Telemetry:Otlp:Protocol"] = overHttp ? "http" : "grpc",
            ["SnetGateway:Telemetry:Otlp:HeadersPath"] = headers,
            ["SnetGateway:Telemetry:Otlp:TraceRatio"] = "0",
        });
        await using (gateway)
        {
            await PayAsync(gateway, null); // its share is 0
            Assert.EndsWith("-00", Assert.Single(seen), StringComparison.Ordinal); // the decision reaches the service
            await PayAsync(gateway, Caller);
            using var operatorClient = new HttpClient();
            shown = await operatorClient.GetStringAsync(new Uri(gateway.Admin, "/metrics"));
        }

        File.Delete(headers);
        Assert.DoesNotContain(Canary, shown + gateway.Process.RecentOutput, StringComparison.OrdinalIgnoreCase);
        ReceivedSpan[] spans = [.. collector.All];
        Assert.All(spans, span => Assert.Equal("0af7651916cd43dd8448eb211c80319c", span.Trace));
        ReceivedSpan call = Assert.Single(spans, span => span.Parent == "b7ad6b7169203331");
        ReceivedSpan admission = Assert.Single(spans, span => span.Name == "admission");
        ReceivedSpan queue = Assert.Single(spans, span => span.Name == "queue");
        ReceivedSpan proxy = Assert.Single(spans, span => span.Name == "proxy.forwarder");
        ReceivedSpan settle = Assert.Single(spans, span => span.Name == "settle");
        Assert.Equal((call.Id, proxy.Id, admission.Id), (proxy.Parent, admission.Parent, queue.Parent));
        Assert.Contains(settle.Parent, spans.Select(span => span.Id));
        ReceivedSpan backend = Assert.Single(spans, span => span.Name == "backend");
        Assert.Equal((proxy.Id, $"00-{backend.Trace}-{backend.Id}-01"), (backend.Parent, seen.Last()));
        Assert.True(collector.MetricRequests > 0);
        Assert.All(collector.Tokens, token => Assert.Equal($"Bearer {Canary}", token));
    }

    [Fact]
    public async Task WithoutACollector_TheCallersTraceReachesTheService()
    {
        await using ScriptedService service = await ScriptedService.StartAsync();
        ConcurrentQueue<string> seen = Answer(service);
        await using GatewayProcess gateway = await StartAsync(service, []);
        await PayAsync(gateway, Caller);
        Assert.Equal([Caller], seen);
    }

    private static ConcurrentQueue<string> Answer(ScriptedService service)
    {
        var seen = new ConcurrentQueue<string>();
        service.Handle = async context =>
        {
            seen.Enqueue($"{context.Request.Headers.TraceParent}");
            await Wire.ReadAllAsync(context);
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame(Array.Empty<byte>()));
            Wire.End(context, 0);
        };
        return seen;
    }

    private async Task PayAsync(GatewayProcess gateway, string? trace)
    {
        ChainChannel channel = await market.Chain.OpenChannelAsync(1_000);
        ClientJob job = market.Say(gateway, channel, GatewayFixture.Price);
        if (trace is not null)
        {
            job = job with { Metadata = new Dictionary<string, object?> { ["traceparent"] = trace } };
        }

        CallReport call = Assert.Single(await market.Client(ClientStack.Node).RunAsync(job));
        Assert.True(call.Code == 0, call.Details);
    }

    private Task<GatewayProcess> StartAsync(ScriptedService service, Dictionary<string, string> options) =>
        GatewayProcess.StartAsync(new GatewaySettings(
            market.Chain.State, new MarketService("echo", service.Address) { Price = GatewayFixture.Price }) { Options = options });
}
