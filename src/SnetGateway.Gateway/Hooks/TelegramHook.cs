using System.Text;
using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Sends batches as messages of a Telegram bot (`sendMessage` of the Bot API).</summary>
internal sealed class TelegramHook(TelegramOptions options) : IHook, IDisposable
{
    /// <summary>The longest text that the Bot API accepts.</summary>
    private const int MaxText = 4_096;

    private readonly HookHttp _http = new();

    public Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        string text = $"{HookText.Title(batch)}\n\n{HookText.Body(batch)}";
        var message = new JsonObject
        {
            ["chat_id"] = options.ChatId,
            ["text"] = text.Length <= MaxText ? text : $"{text.AsSpan(0, MaxText - 3)}...",
            ["disable_notification"] = options.Silent,
        };
        var url = new Uri($"{options.Address.TrimEnd('/')}/bot{HookSecret.Read(options.TokenPath)}/sendMessage");
        return _http.PostAsync(url, Encoding.UTF8.GetBytes(message.ToJsonString()), null, cancellationToken);
    }

    public void Dispose() => _http.Dispose();
}
