using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Usage;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Ends a forwarded call. Settles what ended OK without a message, releases what failed before one, and makes sure that no OK is sent
/// unsettled and that every failure is a status.
/// </summary>
internal sealed class CallCompletion(
    PaidCallMetrics metrics, UsageCounters usage, RecentRefusals recent, TimeProvider time, ILogger<CallCompletion> logger)
{
    /// <summary>Called when the response was copied whole, and again when the pipeline has returned; only the first call counts.</summary>
    public async ValueTask EndAsync(ForwardedCall call)
    {
        if (call.HasEnded)
        {
            return;
        }

        call.HasEnded = true;
        Reservation? reservation = call.Reservation;
        CallFailure? failure = call.Failure ?? FindFailure(call);
        if (failure is null && reservation is not null && IsOk(call) && await reservation.SettleAsync() is { } refusal)
        {
            failure = CallFailure.Refused(refusal);
        }

        if (call is MeteredCall metered && reservation is { IsSettled: true })
        {
            await metered.GiveBackAsync(logger);
        }

        bool disconnected = failure?.Cause == FailureCause.Client || HasServiceEndedForDeadline(call, failure);
        bool released = reservation is { IsOpen: true } && reservation.TryRelease(
            disconnected ? ReleaseReason.ClientDisconnected
            : failure == CallFailures.NoInstance || ConnectFailure.Of(call.Context) is not null ? ReleaseReason.NotForwarded
            : ReleaseReason.ServiceFailed);
        if (failure is not null)
        {
            Log(call, failure);
            if (!GrpcStatusWriter.TryWrite(call.Context, failure.Status))
            {
                // Without trailers a response that has begun can only end in a broken connection.
                call.Context.Abort();
            }
        }

        (call as MeteredCall)?.ShowPrice();
        if (reservation is { IsSettled: true })
        {
            string service = call.Route.ServiceName!;
            metrics.Charged(call.Route.RouteId, service, call.Charged, isDelivered: failure is null);
            usage.Charged(
                service, call.Context.Request.Path.Value!, reservation.Payer, call.Charged, time.GetElapsedTime(call.Clock.StartedAt));
        }

        metrics.CallEnded(
            call.Route.RouteId,
            reservation is null ? PaidCallOutcome.Unpaid
            : reservation.IsSettled ? PaidCallOutcome.Settled
            : !released ? PaidCallOutcome.NotRecorded
            : disconnected ? PaidCallOutcome.ClientDisconnected
            : PaidCallOutcome.ServiceFailed);
    }

    private static CallFailure? FindFailure(ForwardedCall call)
    {
        // The clock first: when it ends a call, every other failure follows from it. Otherwise the service has responded, and the time for
        // it does not include the settle that may follow.
        if ((!call.IsComplete || call.Reservation is { IsOpen: true }) && !call.Clock.TryRespond())
        {
            return call.Clock.End == ClockEnd.ServiceTimedOut && call.RequestProgress == RequestProgress.Incomplete
                ? CallFailures.RequestTimedOut
                : CallFailures.Of(call.Clock.End);
        }

        if (!call.IsComplete)
        {
            if (call.Context.Features.Get<IForwarderErrorFeature>() is { } error)
            {
                return CallFailures.OfForwarder(error.Error, error.Exception);
            }

            if (!call.IsGrpcResponse)
            {
                return call.Context.Response.StatusCode is var status and not StatusCodes.Status200OK
                    ? CallFailures.OfHttpStatus(status)
                    : CallFailures.NoStatus;
            }
        }

        return FindFailureOfService(call);
    }

    private static CallFailure? FindFailureOfService(ForwardedCall call)
    {
        StatusKind trailers = Kind(call.Context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers);
        StatusKind headers = Kind(call.Context.Response.Headers);
        if (trailers == StatusKind.Malformed || headers == StatusKind.Malformed)
        {
            return CallFailures.NoStatus;
        }

        if (trailers == StatusKind.Error || (headers == StatusKind.Error && trailers == StatusKind.None))
        {
            // The service's own error is forwarded as it is, even if other parts of the response are invalid.
            return null;
        }

        return call.IsInsideMessage ? CallFailures.HalfMessage
            : trailers == StatusKind.None && headers == StatusKind.None ? CallFailures.NoStatus
            : null;
    }

    /// <summary>
    /// Whether the service ended an unpaid call because the client's deadline passed, which is the client's end and not the service's.
    /// </summary>
    private static bool HasServiceEndedForDeadline(ForwardedCall call, CallFailure? failure) =>
        call.Reservation is { IsOpen: true }
        && call.Clock.IsClientDeadlineNear
        && (failure is not null
            ? failure.Cause == FailureCause.Service
            : IsDeadlineStatus(call.Context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers)
                || IsDeadlineStatus(call.Context.Response.Headers));

    private static bool IsDeadlineStatus(IHeaderDictionary? headers) =>
        headers is not null
        && headers.TryGetValue(GrpcHeaderNames.Status, out StringValues values)
        && values.Count == 1
        && GrpcStatusText.TryParse(values[0], out StatusCode code)
        && code is StatusCode.DeadlineExceeded or StatusCode.Cancelled;

    /// <summary>Whether a client could read an OK in either of the two places.</summary>
    private static bool IsOk(ForwardedCall call) =>
        Kind(call.Context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers) == StatusKind.Ok
        || Kind(call.Context.Response.Headers) == StatusKind.Ok;

    private static StatusKind Kind(IHeaderDictionary? headers)
    {
        if (headers is null || !headers.TryGetValue(GrpcHeaderNames.Status, out StringValues values) || values.Count == 0)
        {
            return StatusKind.None;
        }

        // Clients differ in how they read " 0" or two statuses, and some would read an OK. Neither is forwarded.
        return values.Count > 1 || !GrpcStatusText.TryParse(values[0], out StatusCode code) ? StatusKind.Malformed
            : code == StatusCode.OK ? StatusKind.Ok
            : StatusKind.Error;
    }

    private void Log(ForwardedCall call, CallFailure failure)
    {
        string route = call.Route.RouteId;
        PathString method = call.Context.Request.Path;
        switch (failure.Cause)
        {
            case FailureCause.PaymentRefused:
                PaidCallLog.PaymentNotRecorded(logger, route, method, failure.Status.Detail);
                recent.Add(
                    call.Context, call.Route, PaidCallMetrics.NameOf(RefusalReason.NotRecorded), failure.Status.StatusCode,
                    failure.Status.Detail);
                if (call.Reservation?.Fault is { } fault)
                {
                    PaidCallLog.SettleFaulted(logger, fault);
                }

                break;
            case FailureCause.Client:
                PaidCallLog.ClientDisconnected(logger, route, method, failure.Status.StatusCode);
                break;
            case FailureCause.Service:
                IForwarderErrorFeature? error = call.Context.Features.Get<IForwarderErrorFeature>();
                BackendLog.CallFailed(
                    logger,
                    route,
                    method,
                    failure.Status.StatusCode,
                    failure.Status.Detail,
                    error?.Error ?? ForwarderError.None,
                    error?.Exception?.Message);
                break;
        }
    }

    private enum StatusKind
    {
        None,
        Ok,
        Error,
        Malformed,
    }
}
