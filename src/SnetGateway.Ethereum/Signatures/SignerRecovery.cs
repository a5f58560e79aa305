using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.FastSignatures;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>
/// Recovers the signer of a message by the same rule as the escrow contract. Safe for concurrent use. Allocates nothing but the tables of
/// frequent signers.
/// </summary>
public sealed class SignerRecovery : ISignerRecovery
{
    private readonly ILogger _logger;
    private readonly KnownSigners? _known = KnownSigners.IsSupported ? new KnownSigners() : null;
    private volatile bool _usesTables = true;

    /// <summary>Loads the native library.</summary>
    /// <param name="logger">Receives a fault of the tables.</param>
    /// <exception cref="DllNotFoundException">libsecp256k1 for this platform was not found beside the program.</exception>
    public SignerRecovery(ILogger<SignerRecovery>? logger = null)
    {
        RecoverableEcdsa.Load();
        _logger = logger ?? NullLogger<SignerRecovery>.Instance;
    }

    /// <summary>
    /// True (the default) when frequent signers get tables (docs/decisions/0007); false when libsecp256k1 checks every signature. May be
    /// changed at run time. Without effect where the processor does not support the tables.
    /// </summary>
    public bool UsesTables
    {
        get => _usesTables;
        set => _usesTables = value;
    }

    /// <summary>Signers with tables; null where the processor does not support them.</summary>
    internal KnownSigners? Known => _known;

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
        Span<byte> publicKey = stackalloc byte[RecoverableEcdsa.PublicKeySize];
        return TryRecover(digest, signature[..64], recoveryId, publicKey, out signer);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, Address expected, out Address signer)
    {
        if (_known is null || !_usesTables)
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

        Span<byte> publicKey = stackalloc byte[RecoverableEcdsa.PublicKeySize];
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

    private static bool TryRecover(
        ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey, out Address signer)
    {
        bool isRecovered = RecoverableEcdsa.TryRecover(digest, signature, recoveryId, publicKey);
        signer = isRecovered ? AddressText.OfPublicKey(publicKey) : default;
        return isRecovered;
    }
}
