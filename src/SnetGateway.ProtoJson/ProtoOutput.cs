using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <summary>A growing buffer for writing protobuf, with nested messages in place.</summary>
internal sealed class ProtoOutput
{
    private const int MostVarintBytes = 10;

    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }

    public byte[] ToArray() => _bytes.AsSpan(0, Length).ToArray();

    /// <summary>Removes everything after a position.</summary>
    public void Truncate(int length) => Length = length;

    public void WriteTag(int number, WireFormat.WireType type) => WriteVarint(WireFormat.MakeTag(number, type));

    public void WriteVarint(ulong value)
    {
        Span<byte> space = Reserve(MostVarintBytes);
        int written = 0;
        for (; value > 0x7F; value >>= 7)
        {
            space[written++] = (byte)(value | 0x80);
        }

        space[written++] = (byte)value;
        Length += written;
    }

    public void WriteFixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
        Length += 4;
    }

    public void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        Length += 8;
    }

    /// <summary>Writes a length and the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteVarint((ulong)value.Length);
        WriteRaw(value);
    }

    /// <summary>Writes fields that are already encoded.</summary>
    public void WriteRaw(ReadOnlySpan<byte> fields)
    {
        fields.CopyTo(Reserve(fields.Length));
        Length += fields.Length;
    }

    /// <summary>Writes a length and the text in UTF-8.</summary>
    public void WriteText(string value)
    {
        int size = Encoding.UTF8.GetByteCount(value);
        WriteVarint((ulong)size);
        Encoding.UTF8.GetBytes(value, Reserve(size));
        Length += size;
    }

    /// <summary>Begins a value that is preceded by its length. Pass the result to <see cref="End"/>.</summary>
    public int Begin()
    {
        Reserve(1);
        return Length++;
    }

    /// <summary>
    /// Writes the length of the value begun there. Moves the value when the length needs more than the one reserved byte.
    /// </summary>
    public void End(int begun)
    {
        int size = Length - begun - 1;
        int more = CodedOutputStream.ComputeLengthSize(size) - 1;
        if (more > 0)
        {
            Reserve(more);
            _bytes.AsSpan(begun + 1, size).CopyTo(_bytes.AsSpan(begun + 1 + more));
        }

        Length = begun;
        WriteVarint((ulong)size);
        Length += size;
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        return _bytes.AsSpan(Length);
    }
}
