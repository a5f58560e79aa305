using System.Buffers.Binary;
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

    /// <summary>The ids that a quota is bound to (<see cref="QuotaIdsOf"/>).</summary>
    public ReadOnlyMemory<byte> QuotaIds { get; } = QuotaIdsOf(terms.OrganizationId, serviceId, terms.GroupId);

    /// <summary>The same ids for a quota: each with its length, so that no two lists of ids are the same bytes.</summary>
    public static byte[] QuotaIdsOf(string organizationId, string serviceId, string groupId) =>
        [.. WithLength(organizationId), .. WithLength(serviceId), .. WithLength(groupId)];

    private static byte[] WithLength(string text)
    {
        byte[] bytes = new byte[sizeof(int) + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        Encoding.UTF8.GetBytes(text, bytes.AsSpan(sizeof(int)));
        return bytes;
    }
}
