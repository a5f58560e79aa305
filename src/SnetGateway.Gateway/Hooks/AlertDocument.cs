using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Hooks;

/// <summary>The alerts of a batch in the JSON of Alertmanager's webhooks, version 4, which receivers of many products read.</summary>
internal static class AlertDocument
{
    private const string Firing = "firing";

    /// <summary>What Go writes for a time that is not set.</summary>
    private const string NotEnded = "0001-01-01T00:00:00Z";

    public static JsonObject Of(HookBatch batch) => new()
    {
        ["version"] = "4",
        ["groupKey"] = $"{{gateway=\"{batch.Gateway}\"}}",
        ["truncatedAlerts"] = 0,
        ["status"] = batch.Alerts.Any(alert => alert.EndsAt is null) ? Firing : "resolved",
        ["receiver"] = "snet-gateway",
        ["groupLabels"] = new JsonObject { ["gateway"] = batch.Gateway },
        ["commonLabels"] = new JsonObject { ["gateway"] = batch.Gateway },
        ["commonAnnotations"] = new JsonObject(),
        ["externalURL"] = "",
        ["alerts"] = new JsonArray([.. batch.Alerts.Select(alert => Of(alert, batch.Gateway))]),
    };

    private static JsonObject Of(HookAlert alert, string gateway) => new()
    {
        ["status"] = alert.EndsAt is null ? Firing : "resolved",
        ["labels"] = new JsonObject
        {
            ["alertname"] = alert.Name, ["severity"] = alert.Severity, ["subject"] = alert.Subject, ["gateway"] = gateway,
        },
        ["annotations"] = new JsonObject
        {
            ["summary"] = alert.Summary, ["description"] = alert.Remedy, ["runbook"] = $"docs/alerts.md#{alert.Name.ToLowerInvariant()}",
        },
        ["startsAt"] = Text(alert.StartsAt),
        ["endsAt"] = alert.EndsAt is { } end ? Text(end) : NotEnded,
        ["generatorURL"] = "",
        ["fingerprint"] = Fingerprint(alert, gateway),
    };

    private static string Text(DateTimeOffset time) => FormattableString.Invariant($"{time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}");

    /// <summary>The same for an alert and its recovery: receivers close by it what they opened. 16 hex digits, as Alertmanager's.</summary>
    private static string Fingerprint(HookAlert alert, string gateway) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes($"{alert.Name}\n{alert.Subject}\n{gateway}")).AsSpan(0, 8));
}
