using System.Text;
using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Hooks;

/// <summary>
/// Posts each alert as the platform's daemon does, for web services that read its form (docs/alerts.md, 'The alert call of the daemon').
/// Log events are not part of it.
/// </summary>
internal sealed class DaemonHook(DaemonHookOptions options) : IHook, IDisposable
{
    private readonly HookHttp _http = new();

    public async Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        foreach (HookAlert alert in batch.Alerts)
        {
            string id = alert.DaemonId ?? batch.Gateway;
            await _http.PostAsync(
                new Uri(options.Url!), Body(alert, id), null, cancellationToken, ("X-Daemonid", id), ("X-Token", ""));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A daemon encodes its document twice: the body is a JSON string with the document in base64.</summary>
    private byte[] Body(HookAlert alert, string id)
    {
        var document = new JsonObject
        {
            ["component_id"] = id,
            ["timestamp"] = FormattableString.Invariant($"{alert.EndsAt ?? alert.StartsAt:yyyy-MM-dd HH:mm:ss.fffffff zzz}"),
            ["recipient"] = options.Recipient,
            ["message"] = $"{(alert.EndsAt is null ? "" : "Resolved: ")}{alert.Summary}",
            ["details"] = $"{alert.Name} {alert.Subject}".TrimEnd(),
            ["component"] = "Daemon",
            ["type"] = "",
            ["level"] = alert.EndsAt is not null ? "INFO" : alert.Severity == HookAlert.Critical ? "ERROR" : "WARN",
        };
        return Encoding.UTF8.GetBytes($"\"{Convert.ToBase64String(Encoding.UTF8.GetBytes(document.ToJsonString()))}\"");
    }
}
