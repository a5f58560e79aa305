using System.Security.Cryptography;
using System.Text;
using SnetGateway.Ethereum.Registry;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>
/// The id of a daemon in the reference: the lower-case hex SHA-256 over organization, service, group and Registry
/// (docs/protocol/control-services.md, 'Daemon id').
/// </summary>
internal static class DaemonId
{
    /// <summary>The text of the Registry's address, as the reference has it; empty for a chain that it does not know.</summary>
    public static string RegistryOf(long chainId) => KnownContracts.RegistryOf(chainId) ?? "";

    public static string Of(string organizationId, string serviceId, string groupId, string registry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(organizationId + serviceId + groupId + registry)));
}
