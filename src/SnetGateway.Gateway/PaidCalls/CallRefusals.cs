using System.Globalization;
using Grpc.Core;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Refuses calls before they are forwarded: counts them, logs them and writes their status.</summary>
internal sealed class CallRefusals(PaidCallMetrics metrics, ILogger<PaidCallMiddleware> logger)
{
    public void Refuse(HttpContext context, PaidRoute route, PaymentRefusal refusal)
    {
        metrics.Refused(route.RouteId, PaidCallMetrics.NameOf(refusal.Reason));
        var status = new Status((StatusCode)refusal.StatusCode, refusal.Message);
        if (refusal.RetryAfter is not { } wait)
        {
            PaidCallLog.PaymentRefused(logger, route.RouteId, context.Request.Path, refusal.Reason, refusal.Message);
            GrpcStatusWriter.TryWrite(context, status);
            return;
        }

        // Logged by its limit, at most one in ten seconds: a flood costs no line for each call.
        GrpcStatusWriter.TryWrite(context, status);
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
    }

    public void Refuse(HttpContext context, PaidRoute route, string reason, Status status)
    {
        metrics.Refused(route.RouteId, reason);
        PaidCallLog.CallRefused(logger, route.RouteId, context.Request.Path, status.StatusCode, status.Detail);
        GrpcStatusWriter.TryWrite(context, status);
    }
}
