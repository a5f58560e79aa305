using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SnetGateway.TestKit.Market;

/// <summary>A relay between a gateway and the chain's node: it counts requests, and can stop responding.</summary>
public sealed class ChainRelay : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly Uri _node;
    private int _channelRequests;
    private volatile RelayMode _mode = RelayMode.Answers;

    private ChainRelay(WebApplication app, Uri node)
    {
        _app = app;
        _node = node;
    }

    /// <summary>The URL for the gateway.</summary>
    public Uri Url => new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>What happens to requests from now on.</summary>
    public RelayMode Mode
    {
        get => _mode;
        set => _mode = value;
    }

    /// <summary>Number of requests by method; an `eth_call` with its selector, as `eth_call:e5949b5d`.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>Number of all requests.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>Number of HTTP requests that read channels, one or many: `channels(uint256)`.</summary>
    public int ChannelRequests => Volatile.Read(ref _channelRequests);

    /// <summary>Starts a relay in front of a node.</summary>
    public static async Task<ChainRelay> StartAsync(Uri node)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var relay = new ChainRelay(app, node);
        app.MapPost("/", relay.RelayAsync);
        await app.StartAsync();
        return relay;
    }

    /// <summary>Ends the relay.</summary>
    public async ValueTask DisposeAsync()
    {
        _mode = RelayMode.Refuses;
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task RelayAsync(HttpContext context)
    {
        using var question = new MemoryStream();
        await context.Request.Body.CopyToAsync(question, context.RequestAborted);
        Count(question.ToArray());
        switch (_mode)
        {
            case RelayMode.Refuses:
                context.Abort();
                return;
            case RelayMode.IsSilent:
                var gone = new TaskCompletionSource();
                await using (context.RequestAborted.Register(gone.SetResult))
                {
                    await gone.Task;
                }

                return;
        }

        using var content = new ByteArrayContent(question.ToArray());
        content.Headers.ContentType = new("application/json");
        using HttpResponseMessage answer = await _http.PostAsync(_node, content, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = "application/json";
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private void Count(byte[] question)
    {
        using var parsed = JsonDocument.Parse(question);
        IEnumerable<JsonElement> calls = parsed.RootElement.ValueKind == JsonValueKind.Array
            ? parsed.RootElement.EnumerateArray()
            : [parsed.RootElement];
        string[] kinds = [.. calls.Select(Kind)];
        foreach (string kind in kinds)
        {
            _counts.AddOrUpdate(kind, 1, (_, count) => count + 1);
        }

        if (kinds.Contains("eth_call:e5949b5d"))
        {
            Interlocked.Increment(ref _channelRequests);
        }
    }

    private static string Kind(JsonElement call)
    {
        string method = call.GetProperty("method").GetString()!;
        if (method != "eth_call")
        {
            return method;
        }

        JsonElement transaction = call.GetProperty("params")[0];
        string data = (transaction.TryGetProperty("data", out JsonElement bytes) ? bytes : transaction.GetProperty("input")).GetString()!;
        return $"{method}:{data[2..10]}";
    }
}
