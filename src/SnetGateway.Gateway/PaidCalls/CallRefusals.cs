using System.Globalization;
using Grpc.Core;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Refuses calls before they are forwarded: counts them, logs them and writes their status.</summary>
internal sealed class CallRefusals(PaidCallMetrics metrics, RecentRefusals recent, ILogger<PaidCallMiddleware> logger)
{
    /// <summary>For calls of paused services: as the reference daemon whose operator has stopped it.</summary>
    public static Status Paused { get; } = new(
        StatusCode.Unavailable, "No requests are currently being processed, please try again later");

    public void Refuse(HttpContext context, PaidRoute route, PaymentRefusal refusal)
    {
        string reason = PaidCallMetrics.NameOf(refusal.Reason);
        metrics.Refused(route.RouteId, reason);
        var status = new Status((StatusCode)refusal.StatusCode, refusal.Message);
        RefusedCall call = recent.Add(context, route, reason, status.StatusCode, refusal.Message);
        if (refusal.RetryAfter is not { } wait)
        {
            Log(context, route, refusal, call);
            GrpcStatusWriter.TryWrite(context, status);
            return;
        }

        // Logged by its limit, at most one in ten seconds: a flood costs no line for each call.
        GrpcStatusWriter.TryWrite(context, status);
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }

    /// <param name="context">The call.</param>
    /// <param name="route">Its route.</param>
    /// <param name="reason">The check that refuses it.</param>
    /// <param name="status">What the client gets.</param>
    /// <param name="isLogged">False where so many calls are refused that a line for each would be too much.</param>
    public void Refuse(HttpContext context, PaidRoute route, string reason, Status status, bool isLogged = true)
    {
        metrics.Refused(route.RouteId, reason);
        recent.Add(context, route, reason, status.StatusCode, status.Detail);
        if (isLogged)
        {
            PaidCallLog.CallRefused(logger, route.RouteId, context.Request.Path, status.StatusCode, status.Detail);
        }

        GrpcStatusWriter.TryWrite(context, status);
    }

    private void Log(HttpContext context, PaidRoute route, PaymentRefusal refusal, RefusedCall call)
    {
        if (refusal.AsksForPrice)
        {
            PaidCallLog.PriceAsked(logger, route.RouteId, context.Request.Path, refusal.Message);
        }
        else
        {
            PaidCallLog.PaymentRefused(
                logger, route.RouteId, context.Request.Path, refusal.Reason, refusal.Message, call.Payer, call.Address);
        }
    }
}
