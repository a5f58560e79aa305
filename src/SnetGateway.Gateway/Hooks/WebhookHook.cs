using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Posts batches as JSON documents: one for alerts and one for events. docs/logging.md and docs/alerts.md describe them.</summary>
internal sealed class WebhookHook(WebhookOptions options) : IHook, IDisposable
{
    internal const string Token = "{token}";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    private readonly HookHttp _http = new();

    /// <summary>The last batch whose alerts were taken: if its events are refused, the next attempt does not repeat them.</summary>
    private HookBatch? _alerted;

    public async Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Alerts.Count > 0 && !ReferenceEquals(batch, _alerted))
        {
            await PostAsync(Encoding.UTF8.GetBytes(AlertDocument.Of(batch).ToJsonString()), cancellationToken);
            _alerted = batch;
        }

        if (batch.Events.Count + batch.NotSent.Count > 0)
        {
            await PostAsync(JsonSerializer.SerializeToUtf8Bytes(batch, s_json), cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private Task PostAsync(byte[] json, CancellationToken cancellationToken)
    {
        string? token = HookSecret.Read(options.TokenPath);
        bool isInUrl = token is not null && options.Url!.Contains(Token, StringComparison.Ordinal);
        var url = new Uri(isInUrl ? options.Url!.Replace(Token, token, StringComparison.Ordinal) : options.Url!);
        return _http.PostAsync(url, json, isInUrl ? null : token, cancellationToken);
    }
}
