using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.FastSignatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>
/// Tells who signed, by the same rule as the escrow contract. Safe to use from many threads; allocates nothing on libsecp256k1, but for the
/// tables of signers who come again and again.
/// </summary>
public sealed class SignerRecovery : ISignerRecovery
{
    private readonly Secp256k1 _curve;
    private readonly ILogger _logger;
    private readonly KnownSigners? _known = KnownSigners.IsSupported ? new KnownSigners() : null;

    internal SignerRecovery(Secp256k1 curve, ILogger? logger = null)
    {
        _curve = curve;
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>What does the arithmetic: the name of the native library, or words saying that it is managed code. For the log at start.</summary>
    public string Implementation => _curve.Name;

    /// <summary>Signers with tables; null where the processor cannot use them.</summary>
    internal KnownSigners? Known => _known;

    /// <summary>On libsecp256k1 where it is installed, else in managed code.</summary>
    public static SignerRecovery Create(ILoggerFactory? loggers = null) => new(Secp256k1.Default, loggers?.CreateLogger<SignerRecovery>());

    /// <inheritdoc/>
    [SkipLocalsInit]
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
        return TryRecover(digest, signature[..64], recoveryId, publicKey, out signer);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, Address expected, out Address signer)
    {
        if (_known is null)
        {
            return TryRecover(message, signature, out signer);
        }

        signer = default;
        if (!SignatureFormat.TryRead(signature, out int recoveryId))
        {
            return false;
        }

        Span<byte> digest = stackalloc byte[Keccak256.Size];
        EthereumMessage.Digest(message, digest);
        signature = signature[..64];
        bool isAccepted = _known.Accept(expected, digest, signature, recoveryId, out bool isCheckDue);
        if (isAccepted && !isCheckDue)
        {
            signer = expected;
            return true;
        }

        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        bool isRecovered = TryRecover(digest, signature, recoveryId, publicKey, out signer);
        if (isRecovered && signer == expected)
        {
            if (!isAccepted)
            {
                _known.Recovered(signer, publicKey, digest, signature, recoveryId);
            }
        }
        else if (isAccepted)
        {
            _known.TurnOff();
            SignatureLog.KnownSignerNotConfirmed(_logger, expected);
        }

        return isRecovered;
    }

    /// <inheritdoc/>
    public bool IsWellFormed(ReadOnlySpan<byte> signature) => SignatureFormat.TryRead(signature, out _);

    private bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey, out Address signer)
    {
        bool isRecovered = _curve.TryRecover(digest, signature, recoveryId, publicKey);
        signer = isRecovered ? AddressText.OfPublicKey(publicKey) : default;
        return isRecovered;
    }
}
