namespace SnetGateway.Ethereum;

/// <summary>State of one JSON-RPC endpoint.</summary>
/// <param name="Name">Its number in the configuration, and its host.</param>
/// <param name="IsUsable">It serves the configured chain, has the contract, and is not set aside.</param>
/// <param name="Fault">Why it was last set aside; null after it worked again.</param>
public sealed record EndpointStatus(string Name, bool IsUsable, string? Fault);
