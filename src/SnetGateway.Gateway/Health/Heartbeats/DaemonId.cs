using System.Security.Cryptography;
using System.Text;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>
/// The id of a daemon in the reference: the lower-case hex SHA-256 over organization, service, group and Registry
/// (docs/protocol/control-services.md, 'Daemon id').
/// </summary>
internal static class DaemonId
{
    /// <summary>The Registry contracts that the reference knows, by chain. Their text is part of the id, including its case.</summary>
    private static readonly Dictionary<long, string> s_registries = new()
    {
        [1] = "0x247DEbEBB766E4fA99667265A158060018D5f4F8",
        [11155111] = "0x4DCc70c6FCE4064803f0ae0cE48497B3f7182e5D",
    };

    public static string RegistryOf(long chainId) => s_registries.GetValueOrDefault(chainId, string.Empty);

    public static string Of(string organizationId, string serviceId, string groupId, string registry) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(organizationId + serviceId + groupId + registry)));
}
