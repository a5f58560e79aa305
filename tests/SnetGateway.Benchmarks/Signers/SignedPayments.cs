using System.Buffers.Binary;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;

namespace SnetGateway.Benchmarks.Signers;

/// <summary>Messages of the length of a claim, signed before the measurement: at least one of each signer, and at least 640.</summary>
internal sealed class SignedPayments
{
    private const int MessageLength = 135;
    private const int SignatureLength = 65;
    private const int LeastPayments = 640;

    private readonly Address[] _signers;
    private readonly byte[] _signatures;
    private readonly byte[] _message = new byte[MessageLength];

    public SignedPayments(int signers)
    {
        _signers = new Address[signers];
        _signatures = new byte[Math.Max(signers, LeastPayments) * SignatureLength];
        Parallel.For(0, signers, Sign);
    }

    /// <summary>Number of signers.</summary>
    public int Signers => _signers.Length;

    /// <summary>Recovers the signer of one of the payments of <paramref name="signer"/>.</summary>
    public void Check(SignerRecovery recovery, int signer, int number)
    {
        int payments = _signatures.Length / SignatureLength / Signers;
        int index = signer + (number % payments * Signers);
        WriteMessage(_message, index);
        if (!recovery.TryRecover(_message, Signature(index), _signers[signer], out Address found) || found != _signers[signer])
        {
            throw new InvalidDataException($"Signature {index} was recovered to {found}.");
        }
    }

    private static void WriteMessage(Span<byte> message, int index) => BinaryPrimitives.WriteInt32BigEndian(message[^4..], index);

    private void Sign(int signer)
    {
        byte[] seed = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(seed, signer);
        if (!PrivateKey.TryCreate(Keccak256.Hash(seed), out PrivateKey? key))
        {
            throw new InvalidOperationException("The hash is not a private key.");
        }

        _signers[signer] = key.Address;
        byte[] message = new byte[MessageLength];
        for (int index = signer; index < _signatures.Length / SignatureLength; index += Signers)
        {
            WriteMessage(message, index);
            key.SignMessage(message).CopyTo(Signature(index));
        }
    }

    private Span<byte> Signature(int index) => _signatures.AsSpan(index * SignatureLength, SignatureLength);
}
