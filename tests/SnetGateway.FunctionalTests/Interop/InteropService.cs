using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace SnetGateway.FunctionalTests.Interop;

/// <summary>
/// gRPC's interoperability service, on bare HTTP/2: it sees the compression flag of each message, which no library shows, and shares no
/// code with the gateway.
/// </summary>
internal sealed class InteropService : IAsyncDisposable
{
    private const string EchoInitial = "x-grpc-test-echo-initial";
    private const string EchoTrailing = "x-grpc-test-echo-trailing-bin";
    private const string Prefix = "/grpc.testing.TestService/";
    private const int LargestMessage = 8 * 1024 * 1024;

    private readonly WebApplication _app;

    private InteropService(WebApplication app)
    {
        _app = app;
    }

    public Uri Address => new(_app.Urls.First());

    public static async Task<InteropService> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MinRequestBodyDataRate = null;
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync();
        return new InteropService(app);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? string.Empty;
        context.Response.ContentType = "application/grpc";
        try
        {
            Task call = path switch
            {
                Prefix + "EmptyCall" => EmptyAsync(context),
                Prefix + "UnaryCall" => UnaryAsync(context),
                Prefix + "StreamingInputCall" => InputAsync(context),
                Prefix + "StreamingOutputCall" => OutputAsync(context),
                Prefix + "FullDuplexCall" => DuplexAsync(context),
                _ => throw new InteropStatusException(12, "unknown method"),
            };
            await call;
            End(context, 0, string.Empty);
        }
        catch (InteropStatusException status)
        {
            End(context, status.Code, status.Message);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client left.
        }
    }

    private static async Task EmptyAsync(HttpContext context)
    {
        await RequireAsync(context, Empty.Parser);
        Begin(context);
        await WriteAsync(context, new Empty(), compressed: false);
    }

    private static async Task UnaryAsync(HttpContext context)
    {
        (SimpleRequest request, bool compressed) = await RequireAsync(context, SimpleRequest.Parser);
        Expect(request.ExpectCompressed, compressed);
        Begin(context);
        Fail(request.ResponseStatus);
        var reply = new SimpleResponse { Payload = PayloadOf(request.ResponseSize) };
        await WriteAsync(context, reply, request.ResponseCompressed?.Value == true);
    }

    private static async Task InputAsync(HttpContext context)
    {
        int size = 0;
        while (await ReadAsync(context, StreamingInputCallRequest.Parser) is { } read)
        {
            Expect(read.Message.ExpectCompressed, read.Compressed);
            size += read.Message.Payload?.Body.Length ?? 0;
        }

        Begin(context);
        await WriteAsync(context, new StreamingInputCallResponse { AggregatedPayloadSize = size }, compressed: false);
    }

    private static async Task OutputAsync(HttpContext context)
    {
        (StreamingOutputCallRequest request, _) = await RequireAsync(context, StreamingOutputCallRequest.Parser);
        Begin(context);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await WriteAllAsync(context, request);
    }

    private static async Task DuplexAsync(HttpContext context)
    {
        // The headers go before anything was asked: a client may wait for them.
        Begin(context);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        while (await ReadAsync(context, StreamingOutputCallRequest.Parser) is { } read)
        {
            Fail(read.Message.ResponseStatus);
            await WriteAllAsync(context, read.Message);
        }
    }

    private static async Task WriteAllAsync(HttpContext context, StreamingOutputCallRequest request)
    {
        foreach (ResponseParameters parameters in request.ResponseParameters)
        {
            await WriteAsync(
                context, new StreamingOutputCallResponse { Payload = PayloadOf(parameters.Size) }, parameters.Compressed?.Value == true);
        }
    }

    private static void Begin(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(EchoInitial, out StringValues initial))
        {
            context.Response.Headers[EchoInitial] = initial;
        }

        if (TakesGzip(context))
        {
            context.Response.Headers["grpc-encoding"] = "gzip";
        }
    }

    private static void End(HttpContext context, int code, string message)
    {
        IHeaderDictionary trailers = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseTrailersFeature>()!.Trailers;
        if (context.Request.Headers.TryGetValue(EchoTrailing, out StringValues trailing))
        {
            trailers[EchoTrailing] = trailing;
        }

        trailers["grpc-status"] = code.ToString(CultureInfo.InvariantCulture);
        if (message.Length > 0)
        {
            trailers["grpc-message"] = string.Concat(Encoding.UTF8.GetBytes(message).Select(
                b => b is >= 0x20 and <= 0x7E and not (byte)'%' ? ((char)b).ToString() : $"%{b:X2}"));
        }
    }

    private static Payload PayloadOf(int size) => new() { Body = ByteString.CopyFrom(new byte[size]) };

    private static void Expect(BoolValue? expected, bool compressed)
    {
        if (expected is { Value: var wanted } && wanted != compressed)
        {
            throw new InteropStatusException(3, wanted ? "the message is not compressed" : "the message is compressed");
        }
    }

    private static void Fail(EchoStatus? status)
    {
        if (status is { Code: not 0 })
        {
            throw new InteropStatusException(status.Code, status.Message);
        }
    }

    private static bool TakesGzip(HttpContext context) =>
        context.Request.Headers["grpc-accept-encoding"].ToString().Split(',').Any(name => name.Trim() == "gzip");

    private static async Task<(T Message, bool Compressed)> RequireAsync<T>(HttpContext context, MessageParser<T> parser)
        where T : IMessage<T> => await ReadAsync(context, parser) ?? throw new InteropStatusException(13, "no message");

    private static async Task<(T Message, bool Compressed)?> ReadAsync<T>(HttpContext context, MessageParser<T> parser)
        where T : IMessage<T>
    {
        byte[] header = new byte[5];
        int count = await context.Request.Body.ReadAtLeastAsync(header, 5, throwOnEndOfStream: false, context.RequestAborted);
        if (count < 5)
        {
            return count == 0 ? null : throw new InteropStatusException(13, "half a header");
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1));
        if (length > LargestMessage)
        {
            throw new InteropStatusException(8, "too long");
        }

        byte[] body = new byte[length];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        if (header[0] == 0)
        {
            return (parser.ParseFrom(body), false);
        }

        if (context.Request.Headers["grpc-encoding"] != "gzip")
        {
            throw new InteropStatusException(13, "compressed, and nothing says how");
        }

        await using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        return (parser.ParseFrom(gzip), true);
    }

    private static async Task WriteAsync(HttpContext context, IMessage message, bool compressed)
    {
        byte[] body = message.ToByteArray();
        compressed = compressed && TakesGzip(context);
        if (compressed)
        {
            var packed = new MemoryStream();
            await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(body);
            }

            body = packed.ToArray();
        }

        byte[] frame = new byte[5 + body.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), body.Length);
        body.CopyTo(frame, 5);
        await context.Response.Body.WriteAsync(frame, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private sealed class InteropStatusException(int code, string message) : Exception(message)
    {
        public int Code => code;
    }
}
