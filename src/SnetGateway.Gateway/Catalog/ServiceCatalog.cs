using System.Collections.Frozen;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Catalog;

/// <summary>The configured services by name, and the groups that are paid for them. Never changed, only replaced as a whole.</summary>
internal sealed class ServiceCatalog
{
    private readonly FrozenDictionary<string, PaidService> _services;

    private ServiceCatalog(IEnumerable<KeyValuePair<string, PaidService>> services, IReadOnlyList<PaymentGroup> groups)
    {
        _services = services.ToFrozenDictionary(StringComparer.Ordinal);
        Groups = groups;
    }

    /// <summary>All configured groups.</summary>
    public IReadOnlyList<PaymentGroup> Groups { get; }

    public IReadOnlyCollection<PaidService> Services => _services.Values;

    /// <summary>Makes the catalogue of a configuration that was found right.</summary>
    public static ServiceCatalog Of(GatewayOptions options)
    {
        Dictionary<string, PaymentGroup> groups = options.Groups.ToDictionary(g => g.Key, g => GroupOf(g.Value), StringComparer.Ordinal);
        return new ServiceCatalog(
            options.Services.Select(s => KeyValuePair.Create(
                s.Key, new PaidService(s.Key, groups[s.Value.Group], PriceOf(s.Value.Price)))),
            [.. groups.Values]);
    }

    /// <summary>The service of that name, or null.</summary>
    public PaidService? Find(string name) => _services.GetValueOrDefault(name);

    /// <summary>
    /// This catalogue, and beside it those services of <paramref name="earlier"/> that it no longer has: for the moment in which calls still
    /// come by the routes of before.
    /// </summary>
    public ServiceCatalog Over(ServiceCatalog earlier) => new(_services.Concat(earlier._services.Where(s => !_services.ContainsKey(s.Key))), Groups);

    private static PaymentGroup GroupOf(GroupOptions group) => new(
        group.OrganizationId,
        group.GroupName,
        Bytes32.TryParseBase64(group.GroupId, out Bytes32 id) ? id : throw new FormatException("A group id was not checked."),
        Address.Parse(group.PaymentAddress),
        (ulong)group.PaymentExpirationThreshold);

    private static IPriceSource PriceOf(PriceOptions price) => price.Model == PriceOptions.FixedPerMethod
        ? new PricePerMethod(price.Methods.ToDictionary(m => m.Key, m => UInt256.Parse(m.Value), StringComparer.Ordinal))
        : new FixedPrice(UInt256.Parse(price.Cogs!));
}
