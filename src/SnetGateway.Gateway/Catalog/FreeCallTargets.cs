using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.Catalog;

/// <summary>All services of a configuration, and which of them a request for free calls may be for. Immutable.</summary>
internal sealed class FreeCallTargets(IReadOnlyList<FreeCallTarget> all)
{
    /// <summary>
    /// Most services with free calls at one host. The signature of a request tells which of them it is for, at the cost of one
    /// verification each.
    /// </summary>
    public const int MaxPerHost = 8;

    public static FreeCallTargets Empty { get; } = new([]);

    /// <summary>The free calls of the host's services, or without any of those that have no host.</summary>
    public FreeCallOffers Find(HostString host)
    {
        FreeCallTarget[] own = [.. all.Where(target => target.Hosts.Any(pattern => HostPattern.Matches(pattern, host)))];
        own = own.Length > 0 ? own : [.. all.Where(target => target.Hosts.Count == 0)];
        return new FreeCallOffers(
            [.. own.Select(target => target.Offer).OfType<FreeCallOffer>()], Array.Exists(own, target => target.ReferenceErrors));
    }
}

/// <summary>A service, as far as the free-call methods depend on it.</summary>
/// <param name="Hosts">Its hosts; empty for any.</param>
/// <param name="Offer">Its free calls; null without any.</param>
/// <param name="ReferenceErrors">Whether the methods fail with the reference's errors.</param>
internal sealed record FreeCallTarget(IReadOnlyList<string> Hosts, FreeCallOffer? Offer, bool ReferenceErrors);

/// <summary>The free calls that a request may be for.</summary>
/// <param name="Offers">Those of the services; may be empty.</param>
/// <param name="ReferenceErrors">Whether the methods fail with the reference's errors.</param>
internal readonly record struct FreeCallOffers(IReadOnlyList<FreeCallOffer> Offers, bool ReferenceErrors);
