using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Makes the catalogue of a configuration that was found right.</summary>
internal static class CatalogReader
{
    public static ServiceCatalog Read(GatewayOptions options)
    {
        Dictionary<string, PaymentGroup> groups = options.Groups.ToDictionary(g => g.Key, g => GroupOf(g.Value), StringComparer.Ordinal);
        return new ServiceCatalog(
            options.Services.Select(s => KeyValuePair.Create(
                s.Key, new PaidService(s.Key, groups[s.Value.Group], PriceOf(s.Value.Price), s.Value.ServiceTimeout))),
            [.. groups.Values]);
    }

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
