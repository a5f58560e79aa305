using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Payees;

/// <summary>
/// The payment addresses of groups that come from metadata, in the ledger: one record for each group, for all replicas. A replica that is
/// started later, or has lost its files, then does not take another address for the first one.
/// </summary>
public sealed class PayeeBook(IRecordStore store)
{
    private const byte Format = 1;

    private readonly ConcurrentDictionary<RecordKey, (long Revision, Address Payee)> _known = new();

    /// <summary>The address of a group in the ledger, also as another replica wrote it; null where there is none.</summary>
    public Address? Find(string organizationId, string groupName) =>
        _known.TryGetValue(KeyOf(organizationId, groupName), out (long Revision, Address Payee) known) ? known.Payee : null;

    /// <summary>Takes in a stored record. An older one is ignored. Throws <see cref="LedgerFormatException"/>.</summary>
    internal Address Adopt(StoredRecord stored)
    {
        (long Revision, Address Payee) read = (stored.Revision, Read(stored));
        return _known.AddOrUpdate(stored.Key, read, (_, known) => known.Revision > read.Revision ? known : read).Payee;
    }

    /// <summary>Writes an address where the group has none.</summary>
    /// <returns>The address in the ledger: another one where another replica was first.</returns>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    public ValueTask<Address> AddAsync(string organizationId, string groupName, Address payee, CancellationToken cancellationToken) =>
        WriteAsync(KeyOf(organizationId, groupName), payee, replaces: false, cancellationToken);

    /// <summary>Writes the address that the operator has confirmed.</summary>
    /// <exception cref="StoreUnavailableException">It could not be written.</exception>
    public async ValueTask ReplaceAsync(
        string organizationId, string groupName, Address payee, CancellationToken cancellationToken) =>
        await WriteAsync(KeyOf(organizationId, groupName), payee, replaces: true, cancellationToken);

    private async ValueTask<Address> WriteAsync(RecordKey key, Address payee, bool replaces, CancellationToken cancellationToken)
    {
        const int MaxConflicts = 100;
        byte[] value = [Format, .. payee.ToBytes()];
        for (int conflicts = 0; conflicts < MaxConflicts; conflicts++)
        {
            StoredRecord? stored = await store.ReadAsync(key, cancellationToken);
            if (stored is not null && (!replaces || Read(stored) == payee))
            {
                return Adopt(stored);
            }

            CommitResult result = await store.CommitAsync(
                new[] { new RecordWrite(key, stored?.Revision ?? 0, value) }, CancellationToken.None);
            switch (result.Outcome)
            {
                case CommitOutcome.Committed:
                    return Adopt(new StoredRecord(key, result.Revision, value));
                case CommitOutcome.Conflict:
                    continue;
                default:
                    throw new StoreUnavailableException($"a payment address could not be written ({result.Outcome})");
            }
        }

        throw new StoreUnavailableException("a payment address could not be written: other replicas write it at the same time");
    }

    private static Address Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        return reader.Byte() is var format && format == Format
            ? reader.Address()
            : throw new LedgerFormatException($"record {stored.Key} has format {format}; this version reads format {Format}");
    }

    /// <summary>Ids have any length and may contain any character, so the key is a hash.</summary>
    private static RecordKey KeyOf(string organizationId, string groupName) =>
        new(RecordKind.Payee, SHA256.HashData(Encoding.UTF8.GetBytes($"{organizationId}\n{groupName}")));
}
