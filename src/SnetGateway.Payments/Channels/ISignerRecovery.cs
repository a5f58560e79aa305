using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>Recovers the signer of a message. Implemented with secp256k1 by the Ethereum project.</summary>
public interface ISignerRecovery
{
    /// <summary>
    /// Recovers the address that signed keccak256("\x19Ethereum Signed Message:\n32" ++ keccak256(<paramref name="message"/>))
    /// (docs/protocol/escrow-payments.md, 'Signature'). Accepts exactly what the escrow contract will pay: 65 bytes r ++ s ++ v, r and s in
    /// [1, n-1] (high s too), v 0, 1, 27 or 28.
    /// </summary>
    /// <returns>False for every other signature, and where no key fits.</returns>
    bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address signer);

    /// <summary>
    /// The same result, faster if the signer is <paramref name="expected"/>. Pass only the address of a known party, such as the signer of
    /// a channel.
    /// </summary>
    bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, Address expected, out Address signer) =>
        TryRecover(message, signature, out signer);

    /// <summary>
    /// The part of <see cref="TryRecover(ReadOnlySpan{byte}, ReadOnlySpan{byte}, out Address)"/> that costs nothing: length, v, and r and s
    /// in range.
    /// </summary>
    bool IsWellFormed(ReadOnlySpan<byte> signature);
}
