using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Monitoring;

/// <summary>An HTTP server that keeps what is posted to it: a webhook's receiver, or a Bot API.</summary>
public sealed class HookReceiver : IAsyncDisposable
{
    private readonly Channel<HookPost> _posts = Channel.CreateUnbounded<HookPost>();
    private readonly WebApplication _app;

    private HookReceiver(WebApplication app)
    {
        _app = app;
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>The status of its responses.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>The status of the response to a post; null for <see cref="Status"/>.</summary>
    public Func<HookPost, int>? StatusOf { get; set; }

    /// <summary>If set, no response is sent before it has ended.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

    public static async Task<HookReceiver> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var receiver = new HookReceiver(builder.Build());
        receiver._app.Run(receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    /// <summary>The next post, which must come in time and be valid JSON.</summary>
    public async Task<HookPost> NextAsync() =>
        await _posts.Reader.ReadAsync().AsTask().WaitAsync(ChildProcess.Patience);

    /// <summary>Whether no post waits to be read.</summary>
    public bool IsEmpty => !_posts.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var post = new HookPost(
            context.Request.Method, context.Request.Path, context.Request.ContentType, context.Request.Headers.Authorization.ToString(),
            body.ToArray());
        _posts.Writer.TryWrite(post);
        await Held.WaitAsync(context.RequestAborted);
        context.Response.StatusCode = StatusOf?.Invoke(post) ?? Status;
    }
}

/// <summary>A request as it came.</summary>
public sealed record HookPost(string Method, string Path, string? ContentType, string Authorization, ReadOnlyMemory<byte> Body)
{
    /// <summary>The body, which must be valid JSON.</summary>
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;
}
