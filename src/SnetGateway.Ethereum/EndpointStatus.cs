namespace SnetGateway.Ethereum;

/// <summary>How it stands with one JSON-RPC endpoint.</summary>
/// <param name="Name">Number in the configuration and host.</param>
/// <param name="IsUsable">It answered the right chain id, has the contract, and is not set aside.</param>
/// <param name="Fault">Why it was last set aside; null if it never was since it last worked.</param>
public sealed record EndpointStatus(string Name, bool IsUsable, string? Fault);
