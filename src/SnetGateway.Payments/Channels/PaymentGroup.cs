using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// An organisation's group of replicas: who is paid and for whom channels are opened. A channel belongs to a group, not to a service, so
/// all services of a group share their channels and this ledger.
/// </summary>
/// <param name="OrganizationId">Id of the organisation in the Registry.</param>
/// <param name="Name">Name of the group in the organisation's metadata.</param>
/// <param name="Id">The group id, 32 bytes (base64 in metadata).</param>
/// <param name="Recipient">`payment.payment_address` of the group: channels must pay this address.</param>
/// <param name="ExpirationThreshold">`payment.payment_expiration_threshold`: blocks that a channel must still have to live.</param>
public sealed record PaymentGroup(string OrganizationId, string Name, Bytes32 Id, Address Recipient, ulong ExpirationThreshold)
{
    public bool Owns(ChannelReading reading) => reading.Recipient == Recipient && reading.GroupId == Id;
}
