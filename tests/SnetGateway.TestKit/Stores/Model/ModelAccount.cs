using System.Buffers.Binary;
using SnetGateway.Payments.Records;

namespace SnetGateway.TestKit.Stores.Model;

/// <summary>
/// The content of a record of the model, like a channel's: a total, the number of its entries, and the ids of its last eight payments.
/// </summary>
internal sealed record ModelAccount(long Total, long Sequence, long[] Recent, byte[] NewestEntry)
{
    public const int Remembered = 8;

    public static readonly ModelAccount Empty = new(0, 0, [], []);

    public static ModelAccount Read(StoredRecord? stored)
    {
        if (stored is null)
        {
            return Empty;
        }

        ReadOnlySpan<byte> bytes = stored.Value.Span;
        long[] recent = new long[bytes[0]];
        for (int i = 0; i < recent.Length; i++)
        {
            recent[i] = BinaryPrimitives.ReadInt64BigEndian(bytes[(17 + (8 * i))..]);
        }

        return new ModelAccount(
            BinaryPrimitives.ReadInt64BigEndian(bytes[1..]), BinaryPrimitives.ReadInt64BigEndian(bytes[9..]), recent,
            bytes[(17 + (8 * recent.Length))..].ToArray());
    }

    public ModelAccount Pay(long id, long price) =>
        new(Total + price, Sequence + 1, [id, .. Recent.Take(Remembered - 1)], EntryOf(id, price, Total + price));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[17 + (8 * Recent.Length) + NewestEntry.Length];
        bytes[0] = (byte)Recent.Length;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), Total);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(9), Sequence);
        for (int i = 0; i < Recent.Length; i++)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(17 + (8 * i)), Recent[i]);
        }

        NewestEntry.CopyTo(bytes, 17 + (8 * Recent.Length));
        return bytes;
    }

    public static (long Id, long Price, long Total) ReadEntry(ReadOnlySpan<byte> entry) => (
        BinaryPrimitives.ReadInt64BigEndian(entry), BinaryPrimitives.ReadInt64BigEndian(entry[8..]),
        BinaryPrimitives.ReadInt64BigEndian(entry[16..]));

    private static byte[] EntryOf(long id, long price, long total)
    {
        byte[] entry = new byte[24];
        BinaryPrimitives.WriteInt64BigEndian(entry, id);
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(8), price);
        BinaryPrimitives.WriteInt64BigEndian(entry.AsSpan(16), total);
        return entry;
    }
}
