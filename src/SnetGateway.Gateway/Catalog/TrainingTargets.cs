using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Catalog;

/// <summary>The services whose users train models, and which of them a request is for. Immutable.</summary>
internal sealed class TrainingTargets(IReadOnlyList<TrainingTarget> all)
{
    public static TrainingTargets Empty { get; } = new([]);

    /// <summary>
    /// The service of the host, as routing chooses one: of those that match, the one that names the host with its port, else without a
    /// port, else by a pattern with a port, else by a pattern, else the one without a host. Null without one.
    /// </summary>
    public TrainingTarget? Find(HostString host) =>
        all.MinBy(target => HostPattern.RankOf(target.Hosts, host)) is { } nearest
        && HostPattern.RankOf(nearest.Hosts, host) < HostPattern.NoMatch
            ? nearest
            : null;

    /// <summary>The service of that name in the configuration; null where it has no training.</summary>
    public TrainingTarget? Find(string service) => all.FirstOrDefault(target => target.Service.Name == service);
}

/// <summary>A service whose users train models. One object per configuration.</summary>
/// <param name="Service">The service that is paid.</param>
/// <param name="Hosts">Its hosts; empty for any.</param>
/// <param name="Address">Where it implements `training.Model`.</param>
/// <param name="Scope">Identifies it in the ledger.</param>
/// <param name="Ids">Its ids in the Registry.</param>
/// <param name="Limits">Bounds of models and uploads.</param>
internal sealed record TrainingTarget(
    PaidService Service, IReadOnlyList<string> Hosts, Uri Address, Bytes32 Scope, RegistryIds Ids, TrainingOptions Limits);

/// <summary>Ids of a service in the Registry.</summary>
/// <param name="OrganizationId">The organisation.</param>
/// <param name="ServiceId">The service.</param>
/// <param name="GroupId">The group, as base64 text.</param>
internal sealed record RegistryIds(string OrganizationId, string ServiceId, string GroupId);
