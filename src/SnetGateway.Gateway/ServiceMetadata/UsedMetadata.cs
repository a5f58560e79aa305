using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>The documents of the Registry that a configuration uses.</summary>
/// <param name="Documents">The documents.</param>
/// <param name="Payees">The payment addresses that come from them.</param>
/// <param name="Held">Payment addresses that differ from the confirmed ones: such a configuration has an error for each.</param>
/// <param name="Warnings">Where what the operator has configured does not fit the metadata that consumers read.</param>
internal sealed record UsedMetadata(
    PublishedSet Documents, IReadOnlyList<GroupPayee> Payees, IReadOnlyList<HeldPayee> Held, IReadOnlyList<ConfigurationError> Warnings)
{
    public static UsedMetadata None { get; } = new(PublishedSet.Empty, [], [], []);
}

/// <summary>Whom the metadata of an organisation says that a group pays.</summary>
internal sealed record GroupPayee(string OrganizationId, string GroupName, Address Payee);

/// <summary>A payment address that waits for the operator.</summary>
/// <param name="Published">What the metadata says.</param>
/// <param name="Confirmed">What is in force.</param>
internal sealed record HeldPayee(GroupPayee Published, Address Confirmed);
