using System.Text;
using System.Text.Json;
using SnetGateway.Gateway.Hooks;
using SnetGateway.TestKit.Monitoring;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>How alerts travel: without waiting for the interval of log events, bounded, and in the forms that receivers know.</summary>
public sealed class HookAlertTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 30, 3, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    private readonly ScriptedHook _hook = new();

    [Fact]
    public async Task Alert_WaitsForAtMostHalfAMinute_OfALongInterval_AndTakesWaitingEventsWithIt()
    {
        await using var run = new HookRun(_hook, ("Interval", "1.00:00:00"));
        run.Log(1);
        await run.PassAsync(s_second);
        Assert.Empty((await _hook.NextAsync()).Alerts);
        await run.Time.WhenArmedAsync();
        run.Time.Advance(s_second);
        run.Log(2);
        run.Queue.Put(Alert("math"));
        DateTimeOffset before = run.Time.GetUtcNow();
        while (_hook.IsEmpty)
        {
            await run.PassAsync(TimeSpan.FromMinutes(1));
        }

        HookBatch batch = await _hook.NextAsync();
        Assert.Equal(TimeSpan.FromSeconds(30), run.Time.GetUtcNow() - before); // 29 s of the 30 s, and one in which others may come
        Assert.Equal("math", Assert.Single(batch.Alerts).Subject);
        Assert.Equal("Number 2 failed.", Assert.Single(batch.Events).Message);
    }

    [Fact]
    public async Task AlertToAnIdleHook_IsDeliveredInASecond_AndItsEndAfterwards()
    {
        await using var run = new HookRun(_hook, ("Interval", "00:00:10"));
        run.Queue.Put(Alert("math"));
        await run.PassAsync(s_second);
        Assert.Null(Assert.Single((await _hook.NextAsync()).Alerts).EndsAt);
        run.Queue.Put(Ended("math"));
        await run.PassAsync(TimeSpan.FromSeconds(10));
        await run.PassAsync(s_second);
        Assert.NotNull(Assert.Single((await _hook.NextAsync()).Alerts).EndsAt);
    }

    [Fact]
    public async Task AlertThatIsNotTaken_IsNeverGivenUp_AndANewerStateReplacesIt()
    {
        await using var run = new HookRun(_hook);
        _hook.On = _ => throw new InvalidOperationException("never");
        run.Queue.Put(Alert("math"));
        run.Queue.Put(Alert("draw"));
        while (_hook.Attempts < HookDelivery.MaxAttempts)
        {
            await run.PassAsync(TimeSpan.FromHours(1));
        }

        run.Queue.Put(Ended("math"));
        _hook.On = _ => Task.CompletedTask;
        while (_hook.IsEmpty)
        {
            await run.PassAsync(TimeSpan.FromHours(1));
        }

        HookBatch batch = await _hook.NextAsync();
        Assert.Equal([("draw", false), ("math", true)], batch.Alerts.Select(alert => (alert.Subject, alert.EndsAt is not null)).Order());
        Assert.Empty(batch.NotSent);
    }

    [Fact]
    public void Storm_OfAlerts_IsBounded_CriticalOnesFirst_AndCounted()
    {
        var queue = new HookQueue(new HookOptions());
        for (int i = 0; i < 100_000; i++)
        {
            queue.Put(Alert($"service{i}") with { Severity = HookAlert.Warning });
            queue.Put(Alert("service0")); // the same one again and again
        }

        HookBatch first = queue.Take();
        Assert.Equal((HookQueue.MaxEvents, "service0"), (first.Alerts.Count, first.Alerts[0].Subject));
        Assert.Equal(100_000 - HookQueue.MaxAlerts, first.NotSent["ServiceDown"]);
        int others = 0;
        for (HookBatch batch = queue.Take(); !batch.IsEmpty; batch = queue.Take())
        {
            others += batch.Alerts.Count;
        }

        Assert.Equal(HookQueue.MaxAlerts - HookQueue.MaxEvents, others);
    }

    [Theory]
    [InlineData("all", 2)]
    [InlineData("critical", 1)]
    [InlineData("none", 0)]
    public void HookThatWantsLess_GetsLess(string alerts, int expected)
    {
        var queue = new HookQueue(new HookOptions { Alerts = alerts });
        queue.Put(Alert("math"));
        queue.Put(Alert("draw") with { Severity = HookAlert.Warning });
        Assert.Equal(expected, queue.Take().Alerts.Count);
    }

    [Fact]
    public async Task Webhook_GetsAlertsAsAlertmanagerSendsThem()
    {
        await using HookReceiver receiver = await HookReceiver.StartAsync();
        using var hook = new WebhookHook(new WebhookOptions { Url = receiver.Address.ToString() });
        await hook.DeliverAsync(Batch(Alert("ma\"th\u202e"), Ended("draw")), CancellationToken.None);
        JsonElement json = (await receiver.NextAsync()).Json;
        Assert.Equal(
            ["version", "groupKey", "truncatedAlerts", "status", "receiver", "groupLabels", "commonLabels", "commonAnnotations",
                "externalURL", "alerts"],
            json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("4", "firing"), (json.GetProperty("version").GetString(), json.GetProperty("status").GetString()));
        JsonElement firing = json.GetProperty("alerts")[0], ended = json.GetProperty("alerts")[1];
        Assert.Equal(
            ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"],
            firing.EnumerateObject().Select(member => member.Name));
        Assert.Equal("ma\"th\u202e", firing.GetProperty("labels").GetProperty("subject").GetString());
        Assert.Equal("ServiceDown", firing.GetProperty("labels").GetProperty("alertname").GetString());
        Assert.Equal("docs/alerts.md#servicedown", firing.GetProperty("annotations").GetProperty("runbook").GetString());
        Assert.Equal("2026-11-30T03:00:00.000Z", firing.GetProperty("startsAt").GetString());
        Assert.Equal("0001-01-01T00:00:00Z", firing.GetProperty("endsAt").GetString());
        Assert.Equal(
            ("resolved", "2026-11-30T03:05:00.000Z"), (ended.GetProperty("status").GetString(), ended.GetProperty("endsAt").GetString()));
        Assert.True(receiver.IsEmpty); // no events, no second document

        await hook.DeliverAsync(Batch(Ended("ma\"th\u202e")), CancellationToken.None);
        JsonElement later = (await receiver.NextAsync()).Json;
        Assert.Equal("resolved", later.GetProperty("status").GetString());
        Assert.Equal(
            firing.GetProperty("fingerprint").GetString(), later.GetProperty("alerts")[0].GetProperty("fingerprint").GetString());
    }

    [Fact]
    public async Task WebhookThatRefusesTheEvents_DoesNotGetTheAlertsAgain()
    {
        await using HookReceiver receiver = await HookReceiver.StartAsync();
        using var hook = new WebhookHook(new WebhookOptions { Url = receiver.Address.ToString() });
        HookBatch batch = Batch(Alert("math")) with { NotSent = new Dictionary<string, long> { ["Failed"] = 1 } };
        receiver.StatusOf = post => post.Json.TryGetProperty("notSent", out _) ? 400 : 200;
        await Assert.ThrowsAsync<HookException>(() => hook.DeliverAsync(batch, CancellationToken.None));
        await Assert.ThrowsAsync<HookException>(() => hook.DeliverAsync(batch, CancellationToken.None));
        Assert.True((await receiver.NextAsync()).Json.TryGetProperty("alerts", out _));
        Assert.True((await receiver.NextAsync()).Json.TryGetProperty("notSent", out _));
        Assert.True((await receiver.NextAsync()).Json.TryGetProperty("notSent", out _));
        Assert.True(receiver.IsEmpty);
    }

    [Fact]
    public async Task WebService_GetsTheAlertCallOfADaemon()
    {
        await using HookReceiver receiver = await HookReceiver.StartAsync();
        var options = new DaemonHookOptions { Url = $"{receiver.Address}notify", Recipient = "operator@example.org" };
        using var hook = new DaemonHook(options);
        await hook.DeliverAsync(Batch(Alert("math") with { DaemonId = "id of the daemon" }, Ended("math")), CancellationToken.None);
        HookPost post = await receiver.NextAsync();
        Assert.Equal(("POST", "/notify", "application/json"), (post.Method, post.Path, post.ContentType));
        JsonElement document = Decode(post);
        Assert.Equal(
            ["component_id", "timestamp", "recipient", "message", "details", "component", "type", "level"],
            document.EnumerateObject().Select(member => member.Name));
        Assert.Equal("id of the daemon", document.GetProperty("component_id").GetString());
        Assert.Equal("operator@example.org", document.GetProperty("recipient").GetString());
        Assert.Equal("No instance of service math is healthy.", document.GetProperty("message").GetString());
        Assert.Equal("ERROR", document.GetProperty("level").GetString());
        JsonElement end = Decode(await receiver.NextAsync());
        Assert.Equal(("INFO", "here"), (end.GetProperty("level").GetString(), end.GetProperty("component_id").GetString()));

        static JsonElement Decode(HookPost post) =>
            JsonDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(post.Json.GetString()!))).RootElement;
    }

    [Fact]
    public void HookOfTheDaemon_GetsNoEvents()
    {
        var queue = new HookQueue(new HookOptions { Kind = HookOptions.KindDaemon });
        using Serilog.Core.Logger logger = new Serilog.LoggerConfiguration().WriteTo.Sink(queue).CreateLogger();
        logger.Error("failed");
        Assert.True(queue.Take().IsEmpty);
    }

    [Fact]
    public void Text_HasStatus_Summary_Remedy_AndCleansWhatClientsCouldWrite()
    {
        HookBatch batch = Batch(Alert("ma\r\nth"), Ended("draw"));
        Assert.Equal("[FIRING] ServiceDown ma  th and 1 more, snet-gateway on here", HookText.Title(batch));
        string body = HookText.Body(batch);
        Assert.StartsWith(
            "FIRING critical: ServiceDown ma  th, since 2026-11-30 03:00:00Z\nNo instance of service ma  th is healthy.\n"
                + "Start it. See docs/alerts.md, ServiceDown.\n\n"
                + "RESOLVED critical: ServiceDown draw, 2026-11-30 03:00:00Z to 2026-11-30 03:05:00Z\n",
            body, StringComparison.Ordinal);
    }

    private static HookBatch Batch(params HookAlert[] alerts) =>
        new("here", "1.0", [], new Dictionary<string, long>()) { Alerts = alerts };

    private static HookAlert Alert(string service) => new(
        "ServiceDown", HookAlert.Critical, service, $"No instance of service {service} is healthy.", "Start it.", s_start, null);

    private static HookAlert Ended(string service) => Alert(service) with { EndsAt = s_start.AddMinutes(5) };
}
