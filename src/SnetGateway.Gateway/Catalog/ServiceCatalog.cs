using System.Collections.Frozen;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Gateway.Catalog;

/// <summary>The configured services by name, and the groups that are paid for them. Never changed, only replaced as a whole.</summary>
internal sealed class ServiceCatalog
{
    private readonly FrozenDictionary<string, PaidService> _services;

    public ServiceCatalog(IEnumerable<KeyValuePair<string, PaidService>> services, IReadOnlyList<PaymentGroup> groups)
    {
        _services = services.ToFrozenDictionary(StringComparer.Ordinal);
        Groups = groups;
    }

    /// <summary>All configured groups.</summary>
    public IReadOnlyList<PaymentGroup> Groups { get; }

    /// <summary>The service of that name, or null.</summary>
    public PaidService? Find(string name) => _services.GetValueOrDefault(name);

    /// <summary>
    /// This catalogue, and beside it those services of <paramref name="earlier"/> that it no longer has: for the moment in which calls
    /// still come by the routes of before.
    /// </summary>
    public ServiceCatalog Over(ServiceCatalog earlier) =>
        new(_services.Concat(earlier._services.Where(s => !_services.ContainsKey(s.Key))), Groups);
}
