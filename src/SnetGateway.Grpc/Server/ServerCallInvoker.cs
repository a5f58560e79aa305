using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Grpc.Server;

/// <summary>
/// Runs one method's calls: is it gRPC at all, its timeout and encoding, then the body, then exactly one status, whatever
/// the body did. A method that streams requests lets its client take its time between messages.
/// </summary>
internal sealed class ServerCallInvoker(string method, bool streamsRequests, GrpcEndpointOptions options, TimeProvider time, ILogger logger, Func<GrpcServerCall, ValueTask> body)
{
    public static readonly Status TooSlow = new(StatusCode.DeadlineExceeded, "the request came too slowly");

    // The text of every failure that nobody meant the client to see.
    private static readonly Status Failed = new(StatusCode.Unknown, "the service failed");
    private static readonly Status DeadlinePassed = new(StatusCode.DeadlineExceeded, "the deadline has passed");

    public async Task InvokeAsync(HttpContext context)
    {
        if (FindRefusal(context) is var (httpStatus, reason))
        {
            GrpcServerLog.RequestRefused(logger, method, httpStatus, reason);
            await GrpcResponses.RefuseAsync(context, httpStatus, reason);
            return;
        }

        LiftBodyLimits(context);
        if (FindUnreadable(context.Request, out var timeout, out var encoding) is { } unreadable)
        {
            GrpcServerLog.CallEnded(logger, method, (int)unreadable.StatusCode);
            GrpcResponses.SetTrailersOnly(context.Response, unreadable, Metadata.Empty);
            return;
        }

        using var deadline = timeout is { } wait ? GrpcDeadline.Start(wait, time) : null;
        using var ended = deadline is null ? null : CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.RequestAborted);
        var call = new GrpcServerCall(context, method, options, encoding, timeout is { } left ? Later(left) : null, ended?.Token ?? context.RequestAborted);

        var (status, trailers) = await RunAsync(call, deadline);
        if (call.HasClientLeft)
        {
            GrpcServerLog.ClientLeft(logger, method);
            return;
        }

        GrpcServerLog.CallEnded(logger, method, (int)status.StatusCode);
        if (call.HasBegunResponse)
        {
            GrpcResponses.SetTrailers(context.Response, status, trailers);
        }
        else
        {
            GrpcResponses.SetTrailersOnly(context.Response, status, trailers);
        }
    }

    private async ValueTask<(Status Status, Metadata Trailers)> RunAsync(GrpcServerCall call, CancellationTokenSource? deadline)
    {
        try
        {
            await body(call);
            return (deadline is { IsCancellationRequested: true } ? DeadlinePassed : Status.DefaultSuccess, call.TrailersOrNone);
        }
        catch (RpcException chosen)
        {
            return (chosen.Status, chosen.Trailers.Count > 0 ? chosen.Trailers : call.TrailersOrNone);
        }
        catch (Exception) when (call.HasClientLeft)
        {
            return (new Status(StatusCode.Cancelled, "the client left"), Metadata.Empty);
        }
        catch (OperationCanceledException) when (deadline is { IsCancellationRequested: true })
        {
            return (DeadlinePassed, call.TrailersOrNone);
        }
        catch (BadHttpRequestException broken)
        {
            return (broken.StatusCode == StatusCodes.Status408RequestTimeout ? TooSlow : new Status(StatusCode.Internal, "the request is broken"), Metadata.Empty);
        }
        catch (Exception unexpected)
        {
            GrpcServerLog.MethodFailed(logger, method, unexpected);
            return (Failed, Metadata.Empty);
        }
    }

    private static (int HttpStatus, string Reason)? FindRefusal(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return (StatusCodes.Status405MethodNotAllowed, "gRPC takes POST only");
        }

        if (!GrpcContentType.Parse(context.Request.ContentType).IsGrpcProto)
        {
            return (StatusCodes.Status415UnsupportedMediaType, "the content type must be application/grpc");
        }

        // A status travels in trailers. Over HTTP/1.1 only a layer that brings its own, such as gRPC-Web, can carry one.
        return context.Response.SupportsTrailers()
            ? null
            : (StatusCodes.Status505HttpVersionNotsupported, "gRPC needs HTTP/2");
    }

    private static Status? FindUnreadable(HttpRequest request, out TimeSpan? timeout, out string? encoding)
    {
        timeout = null;
        encoding = request.Headers[GrpcHeaderNames.Encoding];
        var timeoutText = request.Headers[GrpcHeaderNames.Timeout];
        if (timeoutText.Count > 0)
        {
            if (!GrpcTimeout.TryParse(timeoutText.ToString(), out var parsed))
            {
                return new Status(StatusCode.Internal, "malformed grpc-timeout");
            }

            timeout = parsed;
        }

        return GrpcEncodings.IsKnown(encoding)
            ? null
            : new Status(StatusCode.Unimplemented, $"grpc-encoding is none of {GrpcEncodings.Accepted}");
    }

    private void LiftBodyLimits(HttpContext context)
    {
        // Messages have a limit of their own; a stream of them has none.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (streamsRequests && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    private DateTimeOffset Later(TimeSpan wait)
    {
        var now = time.GetUtcNow();
        return wait > DateTimeOffset.MaxValue - now ? DateTimeOffset.MaxValue : now + wait;
    }
}
