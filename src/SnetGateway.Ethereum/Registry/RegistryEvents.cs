using System.Text;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Registry;

/// <summary>
/// The Registry contract's events after which the metadata of an organisation or of its services may be elsewhere. The first indexed
/// argument of each is the organisation's id.
/// </summary>
internal static class RegistryEvents
{
    /// <summary>The first topics of the events.</summary>
    public static IReadOnlyList<Bytes32> Topics { get; } =
    [
        Topic("OrganizationCreated(bytes32)"),
        Topic("OrganizationModified(bytes32)"),
        Topic("OrganizationDeleted(bytes32)"),
        Topic("ServiceCreated(bytes32,bytes32,bytes)"),
        Topic("ServiceMetadataModified(bytes32,bytes32,bytes)"),
        Topic("ServiceDeleted(bytes32,bytes32)"),
    ];

    private static Bytes32 Topic(string signature) => new(Keccak256.Hash(Encoding.ASCII.GetBytes(signature)));
}
