using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.FunctionalTests.Telemetry;

/// <summary>
/// A collector that keeps the names and places of the spans that it gets, by gRPC or by HTTP, and counts requests with metrics.
/// </summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private const int ResourceSpans = 1, ScopeSpans = 2, Spans = 2;
    private readonly ScriptedService _service;

    private OtlpReceiver(ScriptedService service)
    {
        _service = service;
        service.Handle = ReceiveAsync;
    }

    public Uri Address => _service.Address;

    public ConcurrentQueue<ReceivedSpan> All { get; } = new();

    /// <summary>All that came, as text: what is text in a message can be found there.</summary>
    public ConcurrentQueue<string> Texts { get; } = new();

    /// <summary>Requests with metrics so far.</summary>
    public int MetricRequests;

    /// <summary>The value of the header `authorization`, of each request.</summary>
    public ConcurrentQueue<string> Tokens { get; } = new();

    public static async Task<OtlpReceiver> StartAsync(bool overHttp) =>
        new(await ScriptedService.StartAsync(overHttp ? HttpProtocols.Http1 : HttpProtocols.Http2));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        bool isGrpc = context.Request.ContentType == Wire.ContentType;
        byte[] message = isGrpc ? body.ToArray()[FrameHeader.Size..] : body.ToArray();
        Texts.Enqueue(Encoding.UTF8.GetString(message));
        Tokens.Enqueue($"{context.Request.Headers.Authorization}");
        switch (context.Request.Path.Value)
        {
            case "/opentelemetry.proto.collector.trace.v1.TraceService/Export" or "/v1/traces":
                Read(message);
                break;
            case "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" or "/v1/metrics":
                Interlocked.Increment(ref MetricRequests);
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return;
        }

        if (isGrpc)
        {
            Wire.Begin(context);
            await Wire.SendAsync(context, Wire.Frame(Array.Empty<byte>()));
            Wire.End(context, 0);
        }
    }

    private void Read(byte[] message)
    {
        foreach (ByteString span in Fields(message, ResourceSpans).SelectMany(one => Fields(one.ToByteArray(), ScopeSpans))
            .SelectMany(one => Fields(one.ToByteArray(), Spans)))
        {
            byte[] bytes = span.ToByteArray();
            string Text(int field) => Fields(bytes, field).FirstOrDefault()?.ToStringUtf8() ?? "";
            string Id(int field) => Convert.ToHexStringLower(Fields(bytes, field).FirstOrDefault()?.ToByteArray() ?? []);
            All.Enqueue(new ReceivedSpan(Id(1), Id(2), Id(4), Text(5)));
        }
    }

    /// <summary>The fields of a message with this number, which all are texts, bytes or messages.</summary>
    private static List<ByteString> Fields(byte[] message, int number)
    {
        var found = new List<ByteString>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == number)
            {
                found.Add(input.ReadBytes());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}

/// <summary>A span: the ids in hexadecimal digits, the parent's empty where there is none.</summary>
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name);
