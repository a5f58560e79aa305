using System.Buffers.Binary;
using System.Numerics;
using SnetGateway.Payments.Records;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// The bytes of a journal file, format 1. A header of 36 bytes: "SNETJRN", the format, the chain id (8, big-endian), the contract (20).
/// Then frames: length of the body (4), its CRC-32C (4), and the body: kind of record, length of its id, the id, the entry's number (8),
/// the entry.
/// </summary>
internal static class JournalFormat
{
    public const int HeaderLength = 36;
    public const int FrameHeadLength = 2 * sizeof(uint);
    public const string Extension = ".journal";

    private const byte Format = 1;
    private const int FixedBodyLength = 2 + sizeof(long);
    private const int MaxBodyLength = FixedBodyLength + StoreLimits.MaxIdLength + StoreLimits.MaxValueLength;

    public static byte[] Header(LedgerScope scope)
    {
        byte[] header = new byte[HeaderLength];
        "SNETJRN"u8.CopyTo(header);
        header[7] = Format;
        BinaryPrimitives.WriteUInt64BigEndian(header.AsSpan(8), scope.ChainId);
        scope.Escrow.WriteTo(header.AsSpan(16));
        return header;
    }

    public static int FrameLength(in RecordKey key, ReadOnlySpan<byte> entry) =>
        FrameHeadLength + FixedBodyLength + key.Id.Length + entry.Length;

    /// <summary>Writes one frame into <paramref name="destination"/>, which has <see cref="FrameLength"/> bytes.</summary>
    public static void WriteFrame(in RecordKey key, long sequence, ReadOnlySpan<byte> entry, Span<byte> destination)
    {
        Span<byte> body = destination[FrameHeadLength..];
        int idLength = key.Id.Length;
        body[0] = (byte)key.Kind;
        body[1] = (byte)idLength;
        key.Id.Span.CopyTo(body[2..]);
        BinaryPrimitives.WriteInt64BigEndian(body[(2 + idLength)..], sequence);
        entry.CopyTo(body[(FixedBodyLength + idLength)..]);
        BinaryPrimitives.WriteInt32BigEndian(destination, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[sizeof(uint)..], Checksum(body));
    }

    /// <summary>
    /// Reads the frame at the beginning of <paramref name="source"/>. False when there is no complete frame with a correct checksum: at the
    /// end, after a power loss, or while it is being written.
    /// </summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> source, out Frame frame)
    {
        frame = default;
        if (source.Length < FrameHeadLength)
        {
            return false;
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(source);
        if (length is < FixedBodyLength or > MaxBodyLength || length > source.Length - FrameHeadLength)
        {
            return false;
        }

        ReadOnlySpan<byte> body = source.Slice(FrameHeadLength, length);
        int idLength = body[1];
        if (Checksum(body) != BinaryPrimitives.ReadUInt32BigEndian(source[sizeof(uint)..]) || idLength > length - FixedBodyLength)
        {
            return false;
        }

        int entryAt = FixedBodyLength + idLength;
        frame = new Frame(
            (RecordKind)body[0],
            new Range(FrameHeadLength + 2, FrameHeadLength + 2 + idLength),
            BinaryPrimitives.ReadInt64BigEndian(body[(2 + idLength)..]),
            FrameHeadLength + entryAt,
            length - entryAt);
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint checksum = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            checksum = BitOperations.Crc32C(checksum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte rest in bytes)
        {
            checksum = BitOperations.Crc32C(checksum, rest);
        }

        return ~checksum;
    }

    /// <summary>The parts of a frame, by their offsets from its beginning.</summary>
    internal readonly record struct Frame(RecordKind Kind, Range Id, long Sequence, int EntryAt, int EntryLength)
    {
        public int Length => EntryAt + EntryLength;
    }
}
