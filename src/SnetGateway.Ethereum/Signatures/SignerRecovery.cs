using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>Tells who signed, by the same rule as the escrow contract. Safe to use from many threads; allocates nothing on libsecp256k1.</summary>
public sealed class SignerRecovery : ISignerRecovery
{
    private readonly Secp256k1 _curve;

    internal SignerRecovery(Secp256k1 curve) => _curve = curve;

    /// <summary>What does the arithmetic: the name of the native library, or words saying that it is managed code. For the log at start.</summary>
    public string Implementation => _curve.Name;

    /// <summary>On libsecp256k1 where it is installed, else in managed code.</summary>
    public static SignerRecovery Create() => new(Secp256k1.Default);

    /// <inheritdoc/>
    public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address signer)
    {
        signer = default;
        if (!SignatureFormat.TryRead(signature, out int recoveryId))
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[Keccak256.Size];
        EthereumMessage.Digest(message, digest);
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        if (!_curve.TryRecover(digest, signature[..64], recoveryId, publicKey))
        {
            return false;
        }

        signer = AddressText.OfPublicKey(publicKey);
        return true;
    }

    /// <inheritdoc/>
    public bool IsWellFormed(ReadOnlySpan<byte> signature) => SignatureFormat.TryRead(signature, out _);
}
