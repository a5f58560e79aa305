using Microsoft.Extensions.Options;
using Grpc.Core;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Usage;
using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using GrpcStatus = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// The payment of a training: an escrow payment at the service's price, admitted before the service is asked and settled before the client
/// gets its response. Everything else is released (rules 1 to 4).
/// </summary>
internal sealed class TrainCalls(
    ChannelAdmission admission, CallClockPool clocks, PaidCallMetrics metrics, UsageCounters usage, TimeProvider time,
    IOptionsMonitor<PaidCallOptions> options, PauseSwitch pauses, ILogger<TrainCalls> logger)
{
    /// <summary>In metrics and logs in place of the route of a proxied call.</summary>
    public const string RouteId = "training.Daemon";

    /// <summary>The payment that the metadata carries, and the model that it names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="modelId">The model of the request itself.</param>
    /// <param name="isStream">Whether requests are a stream: then the kind may also be `escrow`, as on every stream (trap 35).</param>
    public ChannelPayment ReadPayment(HttpContext context, string modelId, bool isStream)
    {
        var metadata = PaymentMetadata.Read(context.Request.Headers);
        string? type = metadata.TypeValues.Count > 0 ? metadata.TypeValues[0] : null;
        string? named = context.Request.Headers[PaymentMetadata.TrainModelId] is { Count: > 0 } ids ? HeaderText.Of(ids[0]) : null;
        ChannelPayment payment = default;
        PaymentRefusal? refusal =
            type is not (null or TrainPayment.TypeName) && !(isStream && type == EscrowPayment.TypeName)
                ? Refusals.UnexpectedPaymentType(HeaderText.Of(type))
            : EscrowPayment.Read(metadata, out payment) is { } unreadable ? unreadable
            : string.IsNullOrEmpty(named) ? isStream ? Refusals.NoTrainingModel() : Refusals.NoTrainingModelUnary()
            : named != modelId ? Refusals.OtherTrainingModel()
            : null;
        return refusal is null ? payment : throw Refuse(context, refusal);
    }

    /// <summary>Runs a paid call. Throws <see cref="RpcException"/> with what the client gets instead of a response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">The service.</param>
    /// <param name="payment">The payment.</param>
    /// <param name="price">What the training costs.</param>
    /// <param name="uploadTimeout">Time for the client's upload, after which the service's own time begins; null without an upload.</param>
    /// <param name="execute">Has the service do it.</param>
    public async Task<StatusResponse> RunAsync(
        HttpContext context, TrainingTarget target, ChannelPayment payment, TrainingPrice price, TimeSpan? uploadTimeout,
        Func<TrainCallClock, Task<StatusResponse>> execute)
    {
        if (CallShape.ReadDeadline(context.Request.Headers[GrpcWire.Headers.GrpcHeaderNames.Timeout], out TimeSpan? deadline) is { } late)
        {
            throw new RpcException(late);
        }

        if (pauses.Current.Covers(target.Service.Name))
        {
            metrics.Refused(RouteId, "paused");
            throw new RpcException(CallRefusals.Paused);
        }

        long started = time.GetTimestamp();
        using var clock = new TrainCallClock(
            clocks, target.Service.Timeout ?? options.CurrentValue.ServiceTimeout, uploadTimeout, deadline, context.RequestAborted);
        Reservation reservation = await AdmitAsync(context, target.Service with { Prices = price }, payment, clock);
        (StatusResponse? response, CallFailure? failure, bool wasNotAsked) = await ExecuteAsync(context, execute, clock);
        if (failure is null && await reservation.SettleAsync() is { } refusal)
        {
            failure = CallFailure.Refused(refusal);
        }

        End(context, target.Service.Name, reservation, failure, wasNotAsked);
        if (failure is null)
        {
            usage.Charged(
                target.Service.Name, context.Request.Path.Value!, reservation.Payer, reservation.Price, time.GetElapsedTime(started));
        }

        return failure is null ? response! : throw new RpcException(failure.Status);
    }

    private async ValueTask<Reservation> AdmitAsync(
        HttpContext context, PaidService service, ChannelPayment payment, TrainCallClock clock)
    {
        try
        {
            AdmissionResult admitted = await admission.AdmitAsync(
                payment, new PaidCall(service, context.Request.Path.Value ?? string.Empty), clock.Token);
            return admitted.Reservation ?? throw Refuse(context, admitted.Refusal!);
        }
        catch (OperationCanceledException) when (clock.End != ClockEnd.None)
        {
            GrpcStatus status = CallFailures.Of(clock.End).Status;
            metrics.Refused(RouteId, "cancelled");
            throw new RpcException(status);
        }
    }

    private async Task<(StatusResponse? Response, CallFailure? Failure, bool WasNotAsked)> ExecuteAsync(
        HttpContext context, Func<TrainCallClock, Task<StatusResponse>> execute, TrainCallClock clock)
    {
        try
        {
            StatusResponse response = await execute(clock);
            return clock.TryRespond() ? (response, null, false) : (null, CallFailures.Of(clock.End), false);
        }
        catch (Exception) when (clock.End != ClockEnd.None)
        {
            return (null, clock is { End: ClockEnd.ServiceTimedOut, IsUploading: true }
                ? CallFailures.RequestTimedOut
                : CallFailures.Of(clock.End), false);
        }
        catch (ModelServiceException failed)
        {
            var status = new GrpcStatus(StatusCode.Unknown, $"issue with service: {failed.Message}");
            return (null, new CallFailure(status, FailureCause.Service), failed.WasNotAsked);
        }
        catch (UploadException broken)
        {
            return (null, broken.Failure, false);
        }
        catch (Exception exception)
        {
            PaidCallLog.CallFaulted(logger, RouteId, context.Request.Path, exception);
            return (null, CallFailures.Fault, false);
        }
    }

    private void End(HttpContext context, string service, Reservation reservation, CallFailure? failure, bool wasNotAsked)
    {
        bool disconnected = failure?.Cause == FailureCause.Client;
        bool released = failure is not null && reservation.TryRelease(
            disconnected ? ReleaseReason.ClientDisconnected
            : wasNotAsked ? ReleaseReason.NotForwarded
            : ReleaseReason.ServiceFailed);
        if (failure is { Cause: FailureCause.PaymentRefused })
        {
            PaidCallLog.PaymentNotRecorded(logger, RouteId, context.Request.Path, failure.Status.Detail);
            if (reservation.Fault is { } fault)
            {
                PaidCallLog.SettleFaulted(logger, fault);
            }
        }

        if (failure is null)
        {
            metrics.Charged(RouteId, service, reservation.Price, isDelivered: true);
        }

        metrics.CallEnded(
            RouteId,
            failure is null ? PaidCallOutcome.Settled
            : !released ? PaidCallOutcome.NotRecorded
            : disconnected ? PaidCallOutcome.ClientDisconnected
            : PaidCallOutcome.ServiceFailed);
    }

    private RpcException Refuse(HttpContext context, PaymentRefusal refusal)
    {
        metrics.Refused(RouteId, PaidCallMetrics.NameOf(refusal.Reason));
        string payer = RefusedCall.PayerOf(RecentRefusals.Cut(context.Request.Headers[PaymentMetadata.ChannelId]), "");
        PaidCallLog.PaymentRefused(
            logger, RouteId, context.Request.Path, refusal.Reason, refusal.Message, payer, context.Connection.RemoteIpAddress);
        return new RpcException(new GrpcStatus((StatusCode)refusal.StatusCode, refusal.Message));
    }
}
