using System.Buffers.Binary;
using System.Text;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Records;

/// <summary>
/// Writes the fields of a stored value one after the other into memory that the caller gives. Numbers of 256 bits are a length byte and the
/// bytes that count, texts and byte strings a 16-bit length and the bytes.
/// </summary>
internal ref struct ByteWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    public int Length { get; private set; }

    public void Byte(byte value) => _destination[Length++] = value;

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_destination[Length..], value);
        Length += sizeof(ulong);
    }

    public void Number(UInt256 value)
    {
        Span<byte> bytes = stackalloc byte[UInt256.Size];
        value.WriteBigEndian(bytes);
        ReadOnlySpan<byte> significant = bytes.TrimStart((byte)0);
        Byte((byte)significant.Length);
        Raw(significant);
    }

    public void Address(Address value)
    {
        value.WriteTo(_destination[Length..]);
        Length += Values.Address.Size;
    }

    public void Bytes32(Bytes32 value)
    {
        value.WriteTo(_destination[Length..]);
        Length += Values.Bytes32.Size;
    }

    public void CallId(CallId value)
    {
        value.WriteTo(_destination[Length..]);
        Length += Records.CallId.Size;
    }

    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Length..], checked((ushort)value.Length));
        Length += sizeof(ushort);
        Raw(value);
    }

    /// <summary>Writes a text, cut at <paramref name="maxBytes"/> of UTF-8: for names that explain and decide nothing.</summary>
    public void Text(string value, int maxBytes)
    {
        Span<byte> room = _destination.Slice(Length + sizeof(ushort), maxBytes);
        _ = Encoding.UTF8.TryGetBytes(value, room, out int written) || TryCut(value, room, out written);
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Length..], (ushort)written);
        Length += sizeof(ushort) + written;
    }

    public void Raw(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(_destination[Length..]);
        Length += value.Length;
    }

    private static bool TryCut(string value, Span<byte> room, out int written)
    {
        Encoding.UTF8.GetEncoder().Convert(value, room, flush: true, out _, out written, out _);
        return true;
    }
}
