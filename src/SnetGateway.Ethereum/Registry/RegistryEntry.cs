namespace SnetGateway.Ethereum.Registry;

/// <summary>Names an entry of the Registry contract: an organisation, or a service of it.</summary>
/// <param name="OrganizationId">The organisation's id, 1 to 32 bytes of UTF-8.</param>
/// <param name="ServiceId">The service's id, 1 to 32 bytes of UTF-8; null for the organisation itself.</param>
public readonly record struct RegistryEntry(string OrganizationId, string? ServiceId);
