using System.Buffers.Binary;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Limits;

/// <summary>What all replicas together have taken of a limit in one period.</summary>
/// <param name="Period">The number of the period.</param>
/// <param name="Taken">How much is taken, used or not.</param>
internal readonly record struct PartRecord(long Period, UInt256 Taken)
{
    private const byte Format = 1;
    private const int Size = 1 + sizeof(long) + UInt256.Size;

    /// <summary>Throws <see cref="LedgerFormatException"/> for a damaged record, or one of a newer version.</summary>
    public static PartRecord Read(StoredRecord stored)
    {
        ReadOnlySpan<byte> value = stored.Value.Span;
        return value.Length == Size && value[0] == Format
            ? new PartRecord(BinaryPrimitives.ReadInt64BigEndian(value[1..]), UInt256.ReadBigEndian(value[(1 + sizeof(long))..]))
            : throw new LedgerFormatException($"the record {stored.Key} is damaged, or of a newer version");
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Size];
        bytes[0] = Format;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Period);
        Taken.WriteBigEndian(bytes.AsSpan(1 + sizeof(long)));
        return bytes;
    }

    /// <summary>
    /// The record in a period: a later one begins with nothing taken. The record of a replica whose clock is a little ahead is kept, so
    /// that both use the same period; one from far ahead is of a clock that was wrong.
    /// </summary>
    public PartRecord At(long period, long maxAhead) =>
        Period < period || Period - period > maxAhead ? new PartRecord(period, default) : this;
}
