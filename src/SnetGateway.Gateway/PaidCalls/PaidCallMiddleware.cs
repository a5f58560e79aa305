using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Limits;
using SnetGateway.Grpc.Headers;
using SnetGateway.Grpc.Statuses;
using SnetGateway.Payments.Calls;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Asks who pays and how. Refuses what is no gRPC call, writes a payment's refusal before the request's body is read, or puts
/// <see cref="SettleFirstBody"/> under the response and lets the call through. First in the proxy's pipeline.
/// </summary>
/// <remarks>
/// To add a way to pay: implement <see cref="IPaymentType"/>, register it, and name its metadata in <see cref="PaymentKeys"/>.
/// </remarks>
internal sealed class PaidCallMiddleware(
    RequestDelegate next,
    PaymentTypes paymentTypes,
    FindPaidService findService,
    CallClockPool clocks,
    PayerNames payers,
    AnswerEnd end,
    PaidCallMetrics metrics,
    IOptionsMonitor<LimitOptions> limitOptions,
    IOptionsMonitor<PaidCallOptions> paidCallOptions,
    ILogger<PaidCallMiddleware> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        PaidRoute? route = context.GetEndpoint()?.Metadata.GetMetadata<PaidRoute>();
        if (route is null)
        {
            throw new InvalidOperationException("A proxied route was built without its payment: paid routes must carry PaidRoute.");
        }

        if (route.IsPaid)
        {
            // They would carry an answer past the settling body.
            context.Features.Set<IHttpUpgradeFeature>(null);
            context.Features.Set<IHttpExtendedConnectFeature>(null);
            if (CallShape.Refuse(context) is { } text)
            {
                metrics.Refused(route.RouteId, "no_grpc_call");
                PaidCallLog.CallRefused(logger, route.RouteId, context.Request.Path, GrpcStatusCode.Unimplemented, text);
                return Task.CompletedTask;
            }
        }
        else if (!CallShape.IsGrpc(context.Request))
        {
            PaymentMetadata.Read(context.Request.Headers).Remove();
            return next(context);
        }

        return CallAsync(context, route);
    }

    private async Task CallAsync(HttpContext context, PaidRoute route)
    {
        LimitOptions limits = limitOptions.CurrentValue;
        PaymentMetadata metadata = PaymentMetadata.Read(context.Request.Headers);
        if (metadata.Bytes > limits.MaxMetadataBytes)
        {
            Refuse(context, route, "metadata_size", new GrpcStatus(GrpcStatusCode.ResourceExhausted, string.Create(
                CultureInfo.InvariantCulture, $"the metadata is larger than allowed: {metadata.Bytes} bytes, the limit is {limits.MaxMetadataBytes}")));
            return;
        }

        TimeSpan? deadline = null;
        if (metadata.TimeoutValues.Count > 0)
        {
            if (metadata.TimeoutValues.Count > 1 || !GrpcTimeout.TryParse(metadata.TimeoutValues[0], out TimeSpan timeout))
            {
                Refuse(context, route, "timeout", new GrpcStatus(GrpcStatusCode.Internal, "malformed grpc-timeout"));
                return;
            }

            deadline = timeout;
        }

        CallClock clock = clocks.Rent();
        clock.Start(paidCallOptions.CurrentValue.ServiceTimeout, deadline, context.RequestAborted);
        try
        {
            Reservation? reservation = null;
            if (route.IsPaid)
            {
                reservation = await AdmitAsync(context, route, metadata, clock);
                if (reservation is null)
                {
                    return;
                }
            }

            await ForwardAsync(context, route, metadata, clock, reservation, limits);
        }
        finally
        {
            clocks.Return(clock);
        }
    }

    /// <summary>The call's reservation, or null when the client has its refusal.</summary>
    private async ValueTask<Reservation?> AdmitAsync(HttpContext context, PaidRoute route, PaymentMetadata metadata, CallClock clock)
    {
        PaidService? service = route.ServiceName is { } name ? findService(name) : null;
        if (service is null)
        {
            PaidCallLog.RouteWithoutService(logger, route.RouteId, route.ServiceName ?? string.Empty);
            Refuse(context, route, "no_service", new GrpcStatus(GrpcStatusCode.Unavailable, "the service is not available"));
            return null;
        }

        PaymentRefusal? refusal;
        if (paymentTypes.Find(metadata.TypeValues) is not { } type)
        {
            refusal = Refusals.UnexpectedPaymentType(metadata.TypeValues[0] ?? string.Empty);
        }
        else
        {
            try
            {
                Admission admission = await type.AdmitAsync(metadata, new PaidCall(service, context.Request.Path.Value ?? string.Empty), clock.Token);
                if (admission.Reservation is { } reservation)
                {
                    return reservation;
                }

                refusal = admission.Refusal!;
            }
            catch (OperationCanceledException) when (clock.End != ClockEnd.None)
            {
                CallFailure failure = clock.End == ClockEnd.ClientLeft ? CallFailures.ClientLeft : CallFailures.DeadlinePassed;
                Refuse(context, route, "client_left", failure.Status);
                return null;
            }
        }

        metrics.Refused(route.RouteId, RefusalNames.Of(refusal.Reason));
        PaidCallLog.PaymentRefused(logger, route.RouteId, context.Request.Path, refusal.Reason, refusal.Message);
        GrpcAnswer.TryWrite(context, new GrpcStatus(refusal.StatusCode, refusal.Message));
        return null;
    }

    private async Task ForwardAsync(
        HttpContext context, PaidRoute route, PaymentMetadata metadata, CallClock clock, Reservation? reservation, LimitOptions limits)
    {
        var payment = new PaymentCompletion(reservation, logger);
        IHttpResponseBodyFeature body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var call = new SettleFirstBody(context, body, end, route, payment, clock, (uint)limits.MaxResponseMessageBytes);
        try
        {
            WriteRequestHeaders(context.Request.Headers, metadata, reservation, clock);
            context.Request.Body = new RequestFrames(context.Request.Body, call, (uint)limits.MaxRequestMessageBytes);
            context.RequestAborted = clock.Token;
            context.Features.Set<IHttpResponseBodyFeature>(call);
            context.Features.Set<IHttpResetFeature>(call);
            await next(context);
        }
        catch (Exception exception)
        {
            if (clock.End == ClockEnd.None && exception is not CallEndedException)
            {
                PaidCallLog.CallFaulted(logger, route.RouteId, context.Request.Path, exception);
                call.Fail(CallFailures.Fault);
            }
        }
        finally
        {
            await end.EndAsync(call);
            context.Features.Set(body);
        }
    }

    private void WriteRequestHeaders(IHeaderDictionary headers, in PaymentMetadata metadata, Reservation? reservation, CallClock clock)
    {
        metadata.Remove();
        if (reservation is not null)
        {
            headers[PaymentMetadata.UserAddress] = payers.TextOf(reservation.Payer);
        }

        if (clock.ClientRemaining is { } remaining)
        {
            headers[GrpcHeaderNames.Timeout] = GrpcTimeout.Format(remaining);
        }
    }

    private void Refuse(HttpContext context, PaidRoute route, string reason, GrpcStatus status)
    {
        metrics.Refused(route.RouteId, reason);
        PaidCallLog.CallRefused(logger, route.RouteId, context.Request.Path, status.Code, status.Message);
        GrpcAnswer.TryWrite(context, status);
    }
}

/// <summary>The configured service of this name, or null. A method of the catalog, asked at each call, so that a reload counts at once.</summary>
internal delegate PaidService? FindPaidService(string name);
