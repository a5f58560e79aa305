using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Instances;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Sends a call to another instance of its cluster when no connection to the chosen one could be opened. Nothing was sent and nothing
/// charged then: the call keeps its reservation and its clock. Each instance is tried at most once.
/// </summary>
internal static class InstanceRetry
{
    /// <summary>
    /// Prepares the call for another pass through the proxy, with the instances that remain. False when it has ended, with a response or
    /// with its failure.
    /// </summary>
    public static bool TryPrepare(ForwardedCall call, InstanceOverrides instances)
    {
        HttpContext context = call.Context;
        IReverseProxyFeature proxy = context.GetReverseProxyFeature();
        if (proxy.ProxiedDestination is not { } failed || !IsUnsent(call))
        {
            return false;
        }

        TriedInstances tried = context.Features.Get<TriedInstances>() ?? new TriedInstances();
        tried.Add(failed);
        DestinationState[] others =
        [
            .. proxy.AllDestinations.Where(other =>
                !tried.Contains(other) && other.Health.Active != DestinationHealth.Unhealthy && !instances.Of(other).IsDrained),
        ];
        if (others.Length == 0)
        {
            return false;
        }

        // Instances that passive health checks have taken out are the last resort: they may be back already.
        DestinationState[] preferred = [.. others.Where(other => other.Health.Passive != DestinationHealth.Unhealthy)];
        proxy.AvailableDestinations = preferred.Length > 0 ? preferred : others;
        proxy.ProxiedDestination = null;
        context.Features.Set(tried);
        context.Features.Set<IForwarderErrorFeature>(null);
        context.Response.Clear();
        return true;
    }

    /// <summary>
    /// Whether nothing of the request was sent, and all of it can still be: its body was not touched, or a translator has read and kept
    /// its message.
    /// </summary>
    private static bool IsUnsent(ForwardedCall call) =>
        call.Failure is null
        && call.Clock.End == ClockEnd.None
        && !call.Context.Response.HasStarted
        && call.Reservation is null or { IsOpen: true }
        && ConnectFailure.Of(call.Context) is not null
        && (call.RequestProgress == RequestProgress.NotRead
            || call.Context.Features.Get<TranslatedInput>() is { Message: not null });

    /// <summary>The instances that the call has tried.</summary>
    private sealed class TriedInstances : HashSet<DestinationState>;
}
