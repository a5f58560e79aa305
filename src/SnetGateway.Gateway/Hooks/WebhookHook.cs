using System.Text.Encodings.Web;
using System.Text.Json;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Posts batches as JSON documents; docs/logging.md describes them.</summary>
internal sealed class WebhookHook(WebhookOptions options) : IHook, IDisposable
{
    internal const string Token = "{token}";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.Default };

    private readonly HookHttp _http = new();

    public Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        string? token = HookSecret.Read(options.TokenPath);
        bool isInUrl = token is not null && options.Url!.Contains(Token, StringComparison.Ordinal);
        var url = new Uri(isInUrl ? options.Url!.Replace(Token, token, StringComparison.Ordinal) : options.Url!);
        return _http.PostAsync(url, JsonSerializer.SerializeToUtf8Bytes(batch, s_json), isInUrl ? null : token, cancellationToken);
    }

    public void Dispose() => _http.Dispose();
}
