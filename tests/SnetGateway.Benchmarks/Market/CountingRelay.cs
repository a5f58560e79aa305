using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Market;

/// <summary>Stands between the gateway and the node, passes every JSON-RPC call on, and counts them.</summary>
internal sealed class CountingRelay : IAsyncDisposable
{
    // channels(uint256) of the escrow contract.
    private const string ChannelsSelector = "0xe5949b5d";

    private readonly HttpClient _node;
    private readonly WebApplication _app;
    private long _requests;
    private long _all;
    private long _channelReads;

    private CountingRelay(Uri node, IPEndPoint endPoint)
    {
        _node = new HttpClient { BaseAddress = node };
        EndPoint = endPoint;
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(endPoint));
        _app = builder.Build();
        _app.Run(RelayAsync);
    }

    /// <summary>Where the gateway finds its node.</summary>
    public IPEndPoint EndPoint { get; }

    public ChainCalls Calls => new(Interlocked.Read(ref _requests), Interlocked.Read(ref _all), Interlocked.Read(ref _channelReads));

    public static async Task<CountingRelay> StartAsync(Uri node, CancellationToken cancellationToken)
    {
        var relay = new CountingRelay(node, LoopbackPort.Free());
        await relay._app.StartAsync(cancellationToken);
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _node.Dispose();
    }

    private async Task RelayAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Interlocked.Increment(ref _requests);
        Count(body.ToArray());
        using var question = new ByteArrayContent(body.ToArray());
        question.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await _node.PostAsync((Uri?)null, question, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = "application/json";
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private void Count(ReadOnlyMemory<byte> question)
    {
        using var json = JsonDocument.Parse(question);
        if (json.RootElement.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement call in json.RootElement.EnumerateArray())
            {
                Count(call);
            }
        }
        else
        {
            Count(json.RootElement);
        }
    }

    private void Count(JsonElement call)
    {
        Interlocked.Increment(ref _all);
        if (call.GetProperty("method").ValueEquals("eth_call")
            && call.GetProperty("params").GetRawText().Contains(ChannelsSelector, StringComparison.OrdinalIgnoreCase))
        {
            Interlocked.Increment(ref _channelReads);
        }
    }
}
