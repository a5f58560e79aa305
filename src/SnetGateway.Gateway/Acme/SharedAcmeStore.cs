using System.Security.Cryptography;
using System.Text;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Acme;

/// <summary>
/// Records in the ledger's store, so that all replicas see them. A value is encrypted (AES-GCM) with a key that only the replicas have, and
/// bound to its name: who can write the store can neither read nor exchange certificates.
/// </summary>
internal sealed class SharedAcmeStore : IAcmeStore
{
    private const byte Format = 1;
    private const int NonceSize = 12, TagSize = 16, Overhead = 1 + NonceSize + TagSize;

    private readonly IRecordStore _records;
    private readonly string _scope;
    private readonly byte[] _key;

    /// <param name="records">The ledger's store.</param>
    /// <param name="directory">The authority: another one has other records.</param>
    /// <param name="secret">At least 32 random bytes.</param>
    public SharedAcmeStore(IRecordStore records, Uri directory, byte[] secret)
    {
        _records = records;
        _scope = directory.AbsoluteUri;
        _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "snet-gateway certificates"u8.ToArray());
    }

    public bool IsShared => true;

    public async ValueTask<AcmeRecord?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        RecordKey key = KeyOf(name);
        StoredRecord? stored;
        try
        {
            stored = await _records.ReadAsync(key, cancellationToken);
        }
        catch (StoreUnavailableException exception)
        {
            throw new AcmeException($"the store cannot be read: {exception.Message}");
        }

        return stored is null ? null : new AcmeRecord(Open(key, stored.Value.Span), stored.Revision);
    }

    public async ValueTask<long?> WriteAsync(string name, byte[] value, long expectedRevision, CancellationToken cancellationToken)
    {
        RecordKey key = KeyOf(name);
        byte[] sealedValue = Seal(key, value);
        CommitResult result = await _records.CommitAsync(new[] { new RecordWrite(key, expectedRevision, sealedValue) }, cancellationToken);
        return result.Outcome switch
        {
            CommitOutcome.Committed => result.Revision,
            CommitOutcome.Conflict => null,
            _ => throw new AcmeException("the store did not confirm a write"),
        };
    }

    private RecordKey KeyOf(string name) => new(RecordKind.Certificate, SHA256.HashData(Encoding.UTF8.GetBytes($"{_scope}\n{name}")));

    private byte[] Seal(RecordKey key, byte[] value)
    {
        byte[] result = new byte[Overhead + value.Length];
        result[0] = Format;
        Span<byte> nonce = result.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagSize);
        aes.Encrypt(nonce, value, result.AsSpan(Overhead), result.AsSpan(1 + NonceSize, TagSize), key.Id.Span);
        return result;
    }

    private byte[] Open(RecordKey key, ReadOnlySpan<byte> stored)
    {
        if (stored.Length < Overhead || stored[0] != Format)
        {
            throw new AcmeException("the store holds a certificate in an unknown format, of a newer version perhaps");
        }

        byte[] value = new byte[stored.Length - Overhead];
        try
        {
            using var aes = new AesGcm(_key, TagSize);
            aes.Decrypt(
                stored.Slice(1, NonceSize), stored[Overhead..], stored.Slice(1 + NonceSize, TagSize), value, key.Id.Span);
            return value;
        }
        catch (CryptographicException)
        {
            throw new AcmeException(
                $"the store holds a certificate of another key: give all replicas the same {AcmeOptions.Section}:StoreKeyPath");
        }
    }
}
