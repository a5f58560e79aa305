using System.Buffers.Binary;
using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <summary>Reads the wire format of protobuf field by field.</summary>
internal ref struct ProtoInput(ReadOnlySpan<byte> source, JsonPath path)
{
    private const int MostVarintBytes = 10;
    private const int TypeBits = 3;

    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Number of bytes read.</summary>
    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position == _source.Length;

    public (int Number, WireFormat.WireType Type) ReadTag()
    {
        ulong tag = ReadVarint();
        ulong number = tag >> TypeBits;
        var type = (WireFormat.WireType)(tag & 7);
        if (number is 0 or > 0x1FFFFFFF || type > WireFormat.WireType.Fixed32)
        {
            throw path.Error("not valid protobuf: invalid tag");
        }

        return type is WireFormat.WireType.StartGroup or WireFormat.WireType.EndGroup
            ? throw path.Error("groups of proto2 cannot be expressed in JSON")
            : ((int)number, type);
    }

    public ulong ReadVarint()
    {
        ulong value = 0UL;
        for (int index = 0; index < MostVarintBytes && Position < _source.Length; index++)
        {
            byte next = _source[Position++];
            value |= (ulong)(next & 0x7F) << (7 * index);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw path.Error("not valid protobuf: unterminated number");
    }

    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>Skips a field's value and returns its position; for a length-delimited one without the length.</summary>
    public (int Start, int Length) Skip(WireFormat.WireType type)
    {
        int start = Position;
        switch (type)
        {
            case WireFormat.WireType.Varint:
                ReadVarint();
                break;
            case WireFormat.WireType.Fixed64:
                Take(8);
                break;
            case WireFormat.WireType.Fixed32:
                Take(4);
                break;
            default:
                ulong length = ReadVarint();
                start = Position;
                Take(length);
                break;
        }

        return (start, Position - start);
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_source.Length - Position))
        {
            throw path.Error("not valid protobuf: a field extends beyond its message");
        }

        ReadOnlySpan<byte> taken = _source.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }
}
