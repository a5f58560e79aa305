using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.Backends;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Payments.Calls;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// How a forwarded call ends. It settles what ended well without a message, releases what ended badly before one, and sees to it that no OK
/// goes out unsettled and that every failure is a status.
/// </summary>
internal sealed class CallCompletion(PaidCallMetrics metrics, ILogger<CallCompletion> logger)
{
    /// <summary>Called when the answer was copied whole, and again when the pipeline has returned; only the first one counts.</summary>
    public async ValueTask EndAsync(SettleFirstBody call)
    {
        if (call.HasEnded)
        {
            return;
        }

        call.HasEnded = true;
        CallFailure? failure = call.Failure ?? FindFailure(call);
        if (failure is null && IsOk(call) && await call.Payment.SettleAsync() is { } refusal)
        {
            failure = CallFailure.Refused(refusal);
        }

        bool clientDisconnected = failure?.Cause == FailureCause.Client;
        bool released = call.Payment.TryRelease(clientDisconnected ? ReleaseReason.ClientDisconnected : ReleaseReason.ServiceFailed);
        call.DropGathered();
        if (failure is not null)
        {
            Tell(call, failure);
            if (!GrpcStatusWriter.TryWrite(call.Context, failure.Status))
            {
                // Without trailers the only honest end of an answer that has begun is a broken connection.
                call.Context.Abort();
            }
        }

        metrics.CallEnded(
            call.Route.RouteId,
            !call.Route.IsPaid ? PaidCallOutcome.Unpaid
            : call.Payment.IsSettled ? PaidCallOutcome.Settled
            : !released ? PaidCallOutcome.NotRecorded
            : clientDisconnected ? PaidCallOutcome.ClientDisconnected
            : PaidCallOutcome.ServiceFailed);
    }

    private static CallFailure? FindFailure(SettleFirstBody call)
    {
        // The clock is asked first: when it cuts a call short, everything else that is wrong follows from it. Else its service has answered, and
        // the time for it does not count the settle that may follow.
        if ((!call.IsComplete || call.Payment.IsOpen) && !call.Clock.TryRespond())
        {
            return CallFailures.Of(call.Clock.End);
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

    private static CallFailure? FindFailureOfService(SettleFirstBody call)
    {
        StatusKind trailers = Kind(call.Context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers);
        StatusKind headers = Kind(call.Context.Response.Headers);
        if (trailers == StatusKind.Malformed || headers == StatusKind.Malformed)
        {
            return CallFailures.NoStatus;
        }

        if (trailers == StatusKind.Error || (headers == StatusKind.Error && trailers == StatusKind.None))
        {
            // The service's own error reaches the client as it is, whatever else was wrong with its answer.
            return null;
        }

        return call.IsInsideMessage ? CallFailures.HalfMessage
            : trailers == StatusKind.None && headers == StatusKind.None ? CallFailures.NoStatus
            : null;
    }

    /// <summary>Whether a client could take the answer for an OK: any of the two places says so.</summary>
    private static bool IsOk(SettleFirstBody call) =>
        Kind(call.Context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers) == StatusKind.Ok
        || Kind(call.Context.Response.Headers) == StatusKind.Ok;

    private static StatusKind Kind(IHeaderDictionary? headers)
    {
        if (headers is null || !headers.TryGetValue(GrpcHeaderNames.Status, out var values) || values.Count == 0)
        {
            return StatusKind.None;
        }

        // Clients differ in what they make of " 0" or of two statuses, and one of them would read an OK. Neither is let through.
        return values.Count > 1 || !GrpcStatusText.TryParse(values[0], out StatusCode code) ? StatusKind.Malformed
            : code == StatusCode.OK ? StatusKind.Ok
            : StatusKind.Error;
    }

    private void Tell(SettleFirstBody call, CallFailure failure)
    {
        string route = call.Route.RouteId;
        PathString method = call.Context.Request.Path;
        switch (failure.Cause)
        {
            case FailureCause.PaymentRefused:
                PaidCallLog.PaymentNotRecorded(logger, route, method, failure.Status.Detail);
                break;
            case FailureCause.Client:
                PaidCallLog.ClientDisconnected(logger, route, method, failure.Status.StatusCode);
                break;
            case FailureCause.Service:
                var error = call.Context.Features.Get<IForwarderErrorFeature>();
                BackendLog.CallFailed(logger, route, method, failure.Status.StatusCode, failure.Status.Detail, error?.Error ?? ForwarderError.None, error?.Exception?.Message);
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
