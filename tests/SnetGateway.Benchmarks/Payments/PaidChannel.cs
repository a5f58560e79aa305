namespace SnetGateway.Benchmarks.Payments;

/// <summary>A payment channel that one client of the load pays from.</summary>
/// <param name="Id">The channel's id in the contract.</param>
/// <param name="Nonce">The nonce its payments are signed for.</param>
/// <param name="Key">The 32 bytes of the private key that signs: of the channel's signer or sender, on a test chain.</param>
internal sealed record PaidChannel(ulong Id, ulong Nonce, byte[] Key);
