using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.Metering;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Catalog;

/// <summary>Builds the catalog from validated options.</summary>
internal static class CatalogReader
{
    public static ServiceCatalog Read(
        IReadOnlyDictionary<string, ServiceOptions> services, IReadOnlyDictionary<string, GroupOptions> groupOptions)
    {
        var groups = groupOptions.ToDictionary(
            group => group.Key, group => Read(group.Value), StringComparer.Ordinal);
        var freeCalls = groupOptions.ToDictionary(
            group => group.Key, group => FreeCallReader.Read(group.Value), StringComparer.Ordinal);
        return new ServiceCatalog(
            services.Select(service => KeyValuePair.Create(
                service.Key, Read(service.Key, service.Value, groups[service.Value.Group], freeCalls[service.Value.Group]))),
            [.. groups.Values]);
    }

    /// <summary>How the heartbeat of each service is answered.</summary>
    /// <param name="services">The services.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="chainId">The chain, which names the Registry.</param>
    /// <param name="clusters">The clusters of the routes of each service.</param>
    public static HeartbeatTargets ReadHeartbeats(
        IReadOnlyDictionary<string, ServiceOptions> services, IReadOnlyDictionary<string, GroupOptions> groups, long chainId,
        ILookup<string, string> clusters)
    {
        string registry = DaemonId.RegistryOf(chainId);
        return new HeartbeatTargets([.. services.Select(pair =>
        {
            (string name, ServiceOptions service) = pair;
            GroupOptions group = groups[service.Group];
            string daemonId = DaemonId.Of(group.OrganizationId, service.ServiceId, group.GroupId, registry);
            string[] own = [.. clusters[name].Distinct(StringComparer.OrdinalIgnoreCase)];
            return new HeartbeatTarget(name, service.ServiceId, daemonId, service.Hosts, own, service.Heartbeat)
            {
                Encoding = service.Encoding,
            };
        })]);
    }

    /// <summary>How the free-call methods are answered at each host.</summary>
    /// <param name="services">The services.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="catalog">The same services, as they were read.</param>
    public static FreeCallTargets ReadFreeCalls(
        IReadOnlyDictionary<string, ServiceOptions> services, IReadOnlyDictionary<string, GroupOptions> groups, ServiceCatalog catalog) =>
        new([.. services.Select(service => new FreeCallTarget(
            service.Value.Hosts, catalog.Find(service.Key)!.FreeCalls, groups[service.Value.Group].FreeCalls.ReferenceErrors))]);

    /// <summary>The services whose users train models.</summary>
    /// <param name="services">The services.</param>
    /// <param name="groups">Their groups.</param>
    /// <param name="catalog">The same services, as they were read.</param>
    public static TrainingTargets ReadTraining(
        IReadOnlyDictionary<string, ServiceOptions> services, IReadOnlyDictionary<string, GroupOptions> groups, ServiceCatalog catalog) =>
        new([.. services.Where(service => HasTraining(service.Value)).Select(service =>
        {
            GroupOptions group = groups[service.Value.Group];
            var ids = new RegistryIds(group.OrganizationId, service.Value.ServiceId, group.GroupId);
            return new TrainingTarget(
                catalog.Find(service.Key)!, service.Value.Hosts, new Uri(service.Value.Training.Address!),
                TrainingModels.ScopeOf(ids.OrganizationId, ids.ServiceId, ids.GroupId), ids, service.Value.Training);
        })]);

    private static bool HasTraining(ServiceOptions service) => !string.IsNullOrEmpty(service.Training.Address);

    private static PaidService Read(string name, ServiceOptions service, PaymentGroup group, FreeCallTerms? freeCalls) =>
        new(name, group, Read(service.Price), service.ServiceTimeout)
        {
            TakesVouchers = service.ParallelVouchers,
            Metered = Read(service.Price.Metered),
            FreeCalls = freeCalls is not null && service.Price.Metered.By == MeteredPriceOptions.None
                ? new FreeCallOffer(freeCalls, service.ServiceId)
                : null,
            HasTraining = HasTraining(service),
        };

    private static PaymentGroup Read(GroupOptions group) => new(
        group.OrganizationId,
        group.GroupName,
        Bytes32.TryParseBase64(group.GroupId, out Bytes32 id) ? id : throw new FormatException("A group id was not validated."),
        Address.Parse(group.PaymentAddress),
        (ulong)group.PaymentExpirationThreshold);

    private static IPriceSource Read(PriceOptions price) => price.Model == PriceOptions.DynamicPrice
        ? new DynamicPrice(price.Dynamic, ReadFixed(price))
        : ReadFixed(price);

    private static MeteredPrice? Read(MeteredPriceOptions metered) => metered.By == MeteredPriceOptions.None ? null : new MeteredPrice(
        metered.By switch
        {
            MeteredPriceOptions.Message => MeterUnit.Message,
            MeteredPriceOptions.Kibibyte => MeterUnit.Kibibyte,
            MeteredPriceOptions.Second => MeterUnit.Second,
            _ => MeterUnit.Reported,
        },
        metered.UnitCogs is { } cogs ? UInt256.Parse(cogs) : UInt256.One);

    /// <summary>Without any price, no method has one.</summary>
    private static IPriceSource ReadFixed(PriceOptions price) => price.Cogs is { } cogs
        ? new FixedPrice(UInt256.Parse(cogs))
        : new PricePerMethod(
            price.Methods.ToDictionary(method => method.Key, method => UInt256.Parse(method.Value), StringComparer.Ordinal));
}
