using System.Buffers.Binary;
using System.Text;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Records;

/// <summary>Reads what <see cref="ByteWriter"/> wrote. Anything short or out of range is a <see cref="LedgerFormatException"/>.</summary>
internal ref struct ByteReader(ReadOnlyMemory<byte> source)
{
    // The end of the year 9999, behind which no date lies.
    private const ulong LastMillisecond = 253_402_300_799_999;

    private readonly ReadOnlyMemory<byte> _source = source;
    private int _position;

    public readonly bool AtEnd => _position == _source.Length;

    public byte Byte() => Take(1)[0];

    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(sizeof(ulong)));

    /// <summary>A count, which fits 63 bits.</summary>
    public long Int64() =>
        UInt64() is var value and <= long.MaxValue ? (long)value : throw new LedgerFormatException("a count is out of range");

    /// <summary>A moment: milliseconds since 1970.</summary>
    public DateTimeOffset Moment() => UInt64() is var value and <= LastMillisecond
        ? DateTimeOffset.FromUnixTimeMilliseconds((long)value)
        : throw new LedgerFormatException("a moment is out of range");

    public UInt256 Number()
    {
        ReadOnlySpan<byte> significant = Take(Byte());
        return UInt256.TryReadBigEndian(significant, out UInt256 value) && (significant.IsEmpty || significant[0] != 0)
            ? value
            : throw new LedgerFormatException("a number is not in its one form");
    }

    public Address Address() => new(Take(Values.Address.Size));

    public Bytes32 Bytes32() => new(Take(Values.Bytes32.Size));

    public CallId CallId() => Records.CallId.Read(Take(Records.CallId.Size));

    /// <summary>A part of the source itself, not a copy.</summary>
    public ReadOnlyMemory<byte> Bytes()
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(Take(sizeof(ushort)));
        int start = _position;
        Take(length);
        return _source.Slice(start, length);
    }

    public string Text() => Encoding.UTF8.GetString(Bytes().Span);

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_source.Length - _position < count)
        {
            throw new LedgerFormatException("the value ends too early");
        }

        ReadOnlySpan<byte> bytes = _source.Span.Slice(_position, count);
        _position += count;
        return bytes;
    }
}
