using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>The bytes of an outbox.</summary>
internal static class ClaimOutboxCodec
{
    private const byte Format = 1;
    private const int NumberSize = 1 + UInt256.Size;
    private const int HeadSize = 1 + Address.Size + (4 * sizeof(ulong)) + NumberSize;
    private const int BatchSize = 5 * sizeof(ulong);
    private const int EntrySize = 3 * NumberSize;
    private const int SentSize = Bytes32.Size + (3 * sizeof(ulong));

    /// <summary>Claims in one transaction, at most, so that the largest outbox fits into a record.</summary>
    public const int MaxEntries = 60;

    public static RecordKey KeyOf(Address payee) => new(RecordKind.OpenClaims, payee.ToBytes());

    public static byte[] Write(ClaimOutbox outbox)
    {
        byte[] value = new byte[HeadSize + outbox.Batches.Sum(
            batch => BatchSize + (batch.Entries.Count * EntrySize) + (batch.Sent.Count * SentSize))];
        var writer = new ByteWriter(value);
        writer.Byte(Format);
        writer.Address(outbox.Payee);
        writer.UInt64(outbox.Claimer);
        writer.UInt64((ulong)outbox.ClaimerUntil.ToUnixTimeMilliseconds());
        writer.UInt64((ulong)outbox.SweptAt.ToUnixTimeMilliseconds());
        writer.Number(outbox.SweepFrom.Value);
        writer.UInt64((ulong)outbox.Batches.Count);
        foreach (ClaimBatch batch in outbox.Batches)
        {
            writer.UInt64(batch.AccountNonce);
            writer.UInt64(batch.GasLimit);
            writer.UInt64(batch.CreatedAt);
            writer.UInt64((ulong)batch.Entries.Count);
            foreach (ClaimEntry entry in batch.Entries)
            {
                writer.Number(entry.Channel.Value);
                writer.Number(entry.Nonce.Value);
                writer.Number(entry.Payable);
            }

            writer.UInt64((ulong)batch.Sent.Count);
            foreach (SentTransaction sent in batch.Sent)
            {
                writer.Bytes32(sent.Hash);
                writer.UInt64(sent.Fees.MaxFee);
                writer.UInt64(sent.Fees.Tip);
                writer.UInt64(sent.AtBlock);
            }
        }

        return value[..writer.Length];
    }

    /// <summary>Throws <see cref="LedgerFormatException"/>.</summary>
    public static ClaimOutbox Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() is var format && format != Format)
        {
            throw new LedgerFormatException($"record {stored.Key} has format {format}; this version reads format {Format}");
        }

        var outbox = new ClaimOutbox
        {
            Revision = stored.Revision,
            Payee = reader.Address(),
            Claimer = reader.UInt64(),
            ClaimerUntil = reader.Moment(),
            SweptAt = reader.Moment(),
            SweepFrom = new ChannelId(reader.Number()),
            Batches = new ClaimBatch[Count(ref reader, ClaimOutbox.MaxBatches + 1)],
        };
        var batches = (ClaimBatch[])outbox.Batches;
        for (int i = 0; i < batches.Length; i++)
        {
            batches[i] = ReadBatch(ref reader);
        }

        return reader.AtEnd && KeyOf(outbox.Payee) == stored.Key
            ? outbox
            : throw new LedgerFormatException($"record {stored.Key} is damaged");
    }

    private static ClaimBatch ReadBatch(ref ByteReader reader)
    {
        (ulong nonce, ulong gas, ulong created) = (reader.UInt64(), reader.UInt64(), reader.UInt64());
        var entries = new ClaimEntry[Count(ref reader, MaxEntries)];
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i] = new ClaimEntry(new ChannelId(reader.Number()), new ChannelNonce(reader.Number()), reader.Number());
        }

        var sent = new SentTransaction[Count(ref reader, ClaimBatch.MaxSent)];
        for (int i = 0; i < sent.Length; i++)
        {
            sent[i] = new SentTransaction(reader.Bytes32(), new TransactionFees(reader.UInt64(), reader.UInt64()), reader.UInt64());
        }

        return sent.Length > 0
            ? new ClaimBatch(nonce, entries, gas, created, sent)
            : throw new LedgerFormatException("a transaction of the outbox was never signed");
    }

    private static int Count(ref ByteReader reader, int most) => reader.UInt64() is var count && count <= (ulong)most
        ? (int)count
        : throw new LedgerFormatException("a count of the outbox is out of range");
}
