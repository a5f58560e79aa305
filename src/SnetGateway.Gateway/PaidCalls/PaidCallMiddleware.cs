using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Instances;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Metering;
using SnetGateway.Gateway.Prices;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// First in the proxy's pipeline: refuses what is not a gRPC call, or one of a control service, has the payment admitted before the
/// request's body is read, puts <see cref="SettleFirstBody"/> under the response and forwards the call.
/// </summary>
internal sealed class PaidCallMiddleware(
    RequestDelegate next,
    PaymentTypes paymentTypes,
    LiveSnapshot live,
    CallClockPool clocks,
    ChecksumAddressCache addresses,
    CallCompletion completion,
    CallPrices prices,
    CallLimiter limiter,
    CallRefusals refusals,
    PauseSwitch pauses,
    InstanceOverrides instances,
    PaidCallMetrics metrics,
    RpcMetrics rpc,
    IOptionsMonitor<LimitOptions> limitOptions,
    IOptionsMonitor<PaidCallOptions> paidCallOptions,
    TimeProvider time,
    ILogger<PaidCallMiddleware> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        PaidRoute route = context.GetEndpoint()?.Metadata.GetMetadata<PaidRoute>()
            ?? throw new InvalidOperationException("A proxied route was built without PaidRoute, which says whether it is paid.");
        if (CallShape.IsOfControlService(context.Request.Path))
        {
            return UnknownMethod.RefuseControl(context);
        }

        if (route.IsPaid)
        {
            // Both would carry a response past the settling body.
            context.Features.Set<IHttpUpgradeFeature>(null);
            context.Features.Set<IHttpExtendedConnectFeature>(null);
            if (CallShape.Refuse(context) is { } text)
            {
                metrics.Refused(route.RouteId, "no_grpc_call");
                PaidCallLog.CallRefused(logger, route.RouteId, context.Request.Path, StatusCode.Unimplemented, text);
                return Task.CompletedTask;
            }
        }
        else if (!CallShape.IsGrpc(context.Request))
        {
            PaymentKeys.RemoveFrom(context.Request.Headers, hasOthers: true);
            return next(context);
        }

        return CallAsync(context, route);
    }

    private Task CallAsync(HttpContext context, PaidRoute route)
    {
        if (route is { IsPaid: true, ServiceName: { } paid } && pauses.Current.Covers(paid))
        {
            refusals.Refuse(context, route, "paused", CallRefusals.Paused, isLogged: false);
            rpc.Ended(context, route, time.GetTimestamp());
            return Task.CompletedTask;
        }

        LimitOptions limits = limitOptions.CurrentValue;
        LimitedCall? limited = limits.Rates.Count + limits.Budgets.Count > 0 ? limiter.Begin(context, route.ServiceName) : null;
        if (limited?.AdmitClient() is { } tooMany)
        {
            limited.End(UInt256.Zero);
            refusals.Refuse(context, route, tooMany);
            rpc.Ended(context, route, time.GetTimestamp());
            return Task.CompletedTask;
        }

        var metadata = PaymentMetadata.Read(context.Request.Headers);
        if (FindFault(metadata, limits, out TimeSpan? deadline) is { } fault)
        {
            limited?.End(UInt256.Zero);
            refusals.Refuse(context, route, "metadata", fault);
            rpc.Ended(context, route, time.GetTimestamp());
            return Task.CompletedTask;
        }

        CallClock clock = clocks.Rent();
        (clock.Route, clock.Method) = (route, context.Request.Path.Value);
        PaidService? service = route.ServiceName is { } name ? live.Catalog.Find(name) : null;
        clock.Start(service?.Timeout ?? paidCallOptions.CurrentValue.ServiceTimeout, deadline, context.RequestAborted);
        ValueTask<Reservation?> admission = route.IsPaid ? AdmitAsync(context, route, service, metadata, clock, limits, limited) : default;
        return ForwardAsync(context, route, clock, admission, limits, metadata.HasOthers, limited);
    }

    /// <summary>What is invalid in the metadata of any payment kind.</summary>
    private static Status? FindFault(in PaymentMetadata metadata, LimitOptions limits, out TimeSpan? deadline)
    {
        if (metadata.Bytes > limits.MaxMetadataBytes)
        {
            deadline = null;
            return new Status(StatusCode.ResourceExhausted, string.Create(
                CultureInfo.InvariantCulture,
                $"the metadata is larger than allowed: {metadata.Bytes} bytes, the limit is {limits.MaxMetadataBytes}"));
        }

        return CallShape.ReadDeadline(metadata.TimeoutValues, out deadline);
    }

    /// <summary>The call's reservation, or null when the client has its refusal.</summary>
    private ValueTask<Reservation?> AdmitAsync(
        HttpContext context, PaidRoute route, PaidService? service, in PaymentMetadata metadata, CallClock clock, LimitOptions limits,
        LimitedCall? limited)
    {
        if (service is null)
        {
            PaidCallLog.RouteWithoutService(logger, route.RouteId, route.ServiceName ?? string.Empty);
            refusals.Refuse(context, route, "no_service", new Status(StatusCode.Unavailable, "the service is not available"));
            return default;
        }

        if (paymentTypes.Find(metadata.TypeValues) is not { } type)
        {
            refusals.Refuse(context, route, Refusals.UnexpectedPaymentType(HeaderText.Of(metadata.TypeValues[0])));
            return default;
        }

        service = route.WithPrice(service);
        if (metadata.ShowsPrice || service.Prices is DynamicPrice)
        {
            service = prices.Of(context, service, PaymentKeys.All, limits.MaxRequestMessageBytes, metadata.ShowsPrice);
        }

        var call = new PaidCall(service, context.Request.Path.Value ?? string.Empty) { Limits = limited };
        ValueTask<AdmissionResult> admission;
        try
        {
            admission = PaymentSpans.HasCall
                ? TraceAdmissionAsync(type, metadata, call, clock)
                : type.AdmitAsync(metadata, call, clock.Token);
        }
        catch (Exception exception)
        {
            admission = ValueTask.FromException<AdmissionResult>(exception);
        }

        return admission.IsCompletedSuccessfully
            ? new ValueTask<Reservation?>(TakeOrRefuse(context, route, admission.Result))
            : AwaitAdmissionAsync(context, route, admission, clock);
    }

    private static async ValueTask<AdmissionResult> TraceAdmissionAsync(
        IPaymentType type, PaymentMetadata metadata, PaidCall call, CallClock clock)
    {
        using Activity? span = PaymentSpans.Start("admission");
        AdmissionResult result = await type.AdmitAsync(metadata, call, clock.Token);
        if (result.Refusal is { } refusal)
        {
            span?.SetTag("snet_gateway.reason", PaidCallMetrics.NameOf(refusal.Reason)).SetStatus(ActivityStatusCode.Error);
        }

        return result;
    }

    private async ValueTask<Reservation?> AwaitAdmissionAsync(
        HttpContext context, PaidRoute route, ValueTask<AdmissionResult> admission, CallClock clock)
    {
        try
        {
            return TakeOrRefuse(context, route, await admission);
        }
        catch (OperationCanceledException) when (clock.End != ClockEnd.None)
        {
            Status status = CallFailures.Of(clock.End).Status;
            metrics.CallEnded(route.RouteId, PaidCallOutcome.ClientDisconnected);
            PaidCallLog.ClientDisconnected(logger, route.RouteId, context.Request.Path, status.StatusCode);
            GrpcStatusWriter.TryWrite(context, status);
        }
        catch (Exception exception)
        {
            PaidCallLog.CallFaulted(logger, route.RouteId, context.Request.Path, exception);
            refusals.Refuse(context, route, "fault", CallFailures.Fault.Status);
        }

        return null;
    }

    private Reservation? TakeOrRefuse(HttpContext context, PaidRoute route, AdmissionResult admission)
    {
        if (admission.Refusal is { } refusal)
        {
            refusals.Refuse(context, route, refusal);
        }

        return admission.Reservation;
    }

    private async Task ForwardAsync(
        HttpContext context,
        PaidRoute route,
        CallClock clock,
        ValueTask<Reservation?> admission,
        LimitOptions limits,
        bool hasOtherKeys,
        LimitedCall? limited)
    {
        ForwardedCall? call = null;
        try
        {
            Reservation? reservation = await admission;
            if (reservation is null && route.IsPaid)
            {
                return;
            }

            if (!route.IsPaid && limited is not null && await limited.AdmitAsync(CancellationToken.None) is { } tooMany)
            {
                refusals.Refuse(context, route, tooMany);
                return;
            }

            clock.Reservation = reservation;
            call = reservation is { Metered: { } terms }
                ? new MeteredCall(context, route, reservation, clock, new CallMeter(terms, reservation.Price, time)) { Limits = limited }
                : new ForwardedCall(context, route, reservation, clock) { Limits = limited };
            IHttpResponseBodyFeature inner = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
            inner = call is MeteredCall metered ? new MeteredBody(metered, inner) : inner;
            var body = new SettleFirstBody(call, inner, completion, (uint)limits.MaxResponseMessageBytes);
            try
            {
                PrepareRequest(call, limits, hasOtherKeys);
                context.Features.Set<IHttpResponseBodyFeature>(body);
                context.Features.Set<IHttpResetFeature>(body);
                do
                {
                    if (clock.ClientRemaining is { } remaining)
                    {
                        context.Request.Headers[GrpcHeaderNames.Timeout] = GrpcTimeout.Format(remaining);
                    }

                    RequestTypeTransform.Hide(context.Request);
                    await next(context);
                }
                while (!call.IsComplete && InstanceRetry.TryPrepare(call, instances));
            }
            catch (Exception exception)
            {
                if (clock.End == ClockEnd.None)
                {
                    PaidCallLog.CallFaulted(logger, route.RouteId, context.Request.Path, exception);
                    call.Fail(CallFailures.Fault);
                }
            }

            await completion.EndAsync(call);
            body.Detach();
        }
        finally
        {
            limited?.End(call?.FinallyCharged ?? UInt256.Zero);
            rpc.Ended(context, route, clock.StartedAt);
            clocks.Return(clock);
        }
    }

    private void PrepareRequest(ForwardedCall call, LimitOptions limits, bool hasOtherKeys)
    {
        HttpContext context = call.Context;
        IHeaderDictionary headers = context.Request.Headers;
        PaymentKeys.RemoveFrom(headers, hasOtherKeys);
        if (call.Reservation is { } reservation)
        {
            headers[PaymentMetadata.UserAddress] = addresses.TextOf(reservation.Payer);
        }

        context.Request.Body = new RequestFrames(context.Request.Body, call, (uint)limits.MaxRequestMessageBytes);
        context.RequestAborted = call.Clock.Token;
    }
}
