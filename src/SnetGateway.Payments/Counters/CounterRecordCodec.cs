using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>
/// The bytes of a counter's record, format 1. The format number is the first byte of the value, and a reader refuses one that it does not
/// know. The bytes of format 1 are kept in a test and stay readable.
/// </summary>
internal static class CounterRecordCodec
{
    public const byte Format = 1;

    /// <summary>Most bytes beside the newest entry: two numbers, an id, and the writers.</summary>
    private const int MaxFields = 512;

    public static byte[] Write(CounterRecord record)
    {
        byte[] value = new byte[MaxFields + record.NewestEntry.Length];
        var writer = new ByteWriter(value);
        writer.Byte(Format);
        writer.Bytes(record.Key.Id.Span);
        writer.Number(record.Planned);
        writer.Number(record.Used);
        for (int i = 0; i < CounterWriters.Length; i++)
        {
            writer.CallId(record.Writers[i]);
        }

        writer.UInt64((ulong)record.Sequence);
        writer.Bytes(record.NewestEntry.Span);
        return value[..writer.Length];
    }

    public static CounterRecord Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        byte format = reader.Byte();
        if (format != Format)
        {
            throw new LedgerFormatException($"record {stored.Key} has format {format}; this version reads format {Format}");
        }

        if (!reader.Bytes().Span.SequenceEqual(stored.Key.Id.Span))
        {
            throw new LedgerFormatException($"record {stored.Key} is of another key");
        }

        UInt256 planned = reader.Number();
        UInt256 used = reader.Number();
        CounterWriters writers = default;
        for (int i = 0; i < CounterWriters.Length; i++)
        {
            writers[i] = reader.CallId();
        }

        var record = new CounterRecord
        {
            Revision = stored.Revision,
            Key = stored.Key,
            Planned = planned,
            Used = used,
            Writers = writers,
            Sequence = reader.Int64(),
            NewestEntry = reader.Bytes(),
        };
        return reader.AtEnd ? record : throw new LedgerFormatException($"record {stored.Key} has bytes after its end");
    }
}
