using System.Text;

namespace SnetGateway.Payments.Pricing;

/// <summary>The free calls of one service: the terms of its group, and what users sign for it.</summary>
/// <param name="terms">The group's terms.</param>
/// <param name="serviceId">Id of the service in the Registry.</param>
public sealed class FreeCallOffer(FreeCallTerms terms, string serviceId)
{
    public FreeCallTerms Terms => terms;

    /// <summary>Id of the service in the Registry.</summary>
    public string ServiceId => serviceId;

    /// <summary>The ids that a user's signature binds it to: organisation, service and group, as UTF-8 without separators.</summary>
    public ReadOnlyMemory<byte> SignedIds { get; } = Encoding.UTF8.GetBytes(terms.OrganizationId + serviceId + terms.GroupId);
}
