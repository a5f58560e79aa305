using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.Payments.States;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// Runs before each of the gateway's own methods, because the package reads the request before interceptors run. It refuses requests that
/// are not gRPC calls, and a request of one message must arrive in full, in time and within its size. Streams are bounded
/// (<see cref="OwnStreams"/>) and end when the gateway stops.
/// </summary>
internal sealed class OwnMethodRequest(
    RequestDelegate next, IMethod method, OwnStreams streams, RpcMetrics metrics, TimeProvider time, CancellationToken stopping)
{
    /// <summary>
    /// Time for the whole request of a method that takes one message; after it DEADLINE_EXCEEDED. Such a request is small, and waiting for
    /// one holds its stream, and the shutdown of the gateway.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest request message in bytes, as sent and expanded: none of these methods takes more than a name or a signature, and a watch
    /// keeps the name.
    /// </summary>
    public const int MaxMessageBytes = 4 * 1024;

    private static readonly Status s_tooSlow = new(StatusCode.DeadlineExceeded, "the request came too slowly");

    /// <summary>Who called, as far as the connection shows.</summary>
    public static ClientNetwork ClientOf(ServerCallContext context) =>
        ClientNetwork.Of(context.GetHttpContext().Connection.RemoteIpAddress);

    public async Task InvokeAsync(HttpContext context)
    {
        if (CallShape.Refuse(context, needsProtobuf: true) is not null)
        {
            return;
        }

        long started = time.GetTimestamp();
        try
        {
            await RunAsync(context);
        }
        finally
        {
            metrics.OwnEnded(context, method.FullName, started);
        }
    }

    private Task RunAsync(HttpContext context) =>
        method.Type == MethodType.Unary ? RunAsync(context, next)
        : streams.TryOpen(context, method.Type) is { } stream ? RunAsync(context, stream)
        : Refuse(context, OwnStreams.TooMany);

    private async Task RunAsync(HttpContext context, OwnStream stream)
    {
        using (stream)
        {
            await RunAsync(context, async context =>
            {
                context.Features.Set(stream);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
                context.RequestAborted = ended.Token;
                await next(context);
            });
        }
    }

    private async Task RunAsync(HttpContext context, RequestDelegate whenValid) =>
        await (await CheckAsync(context) is { } refusal ? Refuse(context, refusal) : whenValid(context));

    private static Task Refuse(HttpContext context, Status refusal)
    {
        GrpcStatusWriter.TryWrite(context, refusal);
        context.Response.Headers[GrpcHeaderNames.AcceptEncoding] = GrpcEncodings.Accepted;
        return Task.CompletedTask;
    }

    private ValueTask<Status?> CheckAsync(HttpContext context) =>
        CallShape.ReadDeadline(context.Request.Headers[GrpcHeaderNames.Timeout], out TimeSpan? deadline) is { } refusal ? new(refusal)
        : method.Type == MethodType.DuplexStreaming ? default
        : ReadAsync(context, deadline ?? TimeSpan.MaxValue);

    /// <summary>
    /// Waits until the whole request has arrived and leaves it to be read: one message, not compressed. Otherwise returns the status of the
    /// refusal.
    /// </summary>
    private async ValueTask<Status?> ReadAsync(HttpContext context, TimeSpan deadline)
    {
        HttpRequest request = context.Request;
        PipeReader body = request.BodyReader;
        using var limit = new CancellationTokenSource(deadline < Limit ? deadline : Limit, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        try
        {
            ReadResult read = await body.ReadAtLeastAsync(FrameHeader.Size + MaxMessageBytes + 1, ended.Token);
            string? encoding = request.Headers[GrpcHeaderNames.Encoding];
            ReadOnlyMemory<byte> message = SingleMessage.Read(
                read.Buffer.IsSingleSegment ? read.Buffer.First : read.Buffer.ToArray(), encoding, MaxMessageBytes);
            if (encoding == GrpcEncodings.Gzip)
            {
                request.Headers.Remove(GrpcHeaderNames.Encoding);
                context.Features.Set<IRequestBodyPipeFeature>(new Expanded(SingleMessage.Write(message.Span)));
                body.AdvanceTo(read.Buffer.End);
            }
            else
            {
                body.AdvanceTo(read.Buffer.Start);
            }

            return null;
        }
        catch (RpcException refused)
        {
            return refused.Status;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return deadline < Limit ? CallFailures.DeadlinePassed.Status : s_tooSlow;
        }
        catch (BadHttpRequestException broken)
        {
            return broken.StatusCode == StatusCodes.Status408RequestTimeout ? s_tooSlow : CallFailures.BrokenRequest.Status;
        }
        catch (Exception disconnected) when (disconnected is OperationCanceledException or IOException)
        {
            return CallFailures.ClientDisconnected.Status;
        }
    }

    private sealed class Expanded(byte[] body) : IRequestBodyPipeFeature
    {
        public PipeReader Reader { get; } = PipeReader.Create(new ReadOnlySequence<byte>(body));
    }
}
