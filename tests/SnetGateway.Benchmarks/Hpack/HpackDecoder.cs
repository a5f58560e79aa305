namespace SnetGateway.Benchmarks.Hpack;

/// <summary>Decodes the header blocks of one connection, in the order they arrive (RFC 7541).</summary>
/// <remarks>It keeps the whole dynamic table, because servers differ in what they put there, and allocates only for a new entry.</remarks>
internal sealed class HpackDecoder
{
    private const int TableLimit = 4096;

    private readonly byte[] _nameScratch = new byte[16 * 1024];
    private readonly byte[] _valueScratch = new byte[16 * 1024];

    // The newest entry is the last one, and index 62 on the wire.
    private readonly List<HeaderField> _dynamic = [];
    private int _dynamicSize;
    private int _dynamicLimit = TableLimit;

    /// <summary>Reads one complete header block into <paramref name="headers"/>.</summary>
    /// <exception cref="InvalidDataException">The block is not valid HPACK.</exception>
    public void Decode(ReadOnlySpan<byte> block, ref ResponseHeaders headers)
    {
        while (!block.IsEmpty)
        {
            byte first = block[0];
            if ((first & 0x80) != 0)
            {
                HeaderField field = Lookup(ReadInteger(ref block, 7));
                headers.Read(field.Kind, field.Number, field.Value);
            }
            else if ((first & 0xE0) == 0x20)
            {
                Resize(ReadInteger(ref block, 5));
            }
            else
            {
                ReadLiteral(ref block, (first & 0x40) != 0, ref headers);
            }
        }
    }

    private void ReadLiteral(ref ReadOnlySpan<byte> block, bool indexed, ref ResponseHeaders headers)
    {
        int index = ReadInteger(ref block, indexed ? 6 : 4);
        HeaderField? known = index == 0 ? null : Lookup(index);
        ReadOnlySpan<byte> name = known is null ? ReadString(ref block, _nameScratch) : known.Name;
        ReadOnlySpan<byte> value = ReadString(ref block, _valueScratch);
        headers.Read(known?.Kind ?? HeaderField.KindOf(name), HeaderField.NumberOf(value), value);
        if (indexed)
        {
            Insert(new HeaderField(known?.Name ?? name.ToArray(), value.ToArray()));
        }
    }

    private HeaderField Lookup(int index)
    {
        if (index is >= 1 and <= StaticTable.Length)
        {
            return StaticTable.Get(index);
        }

        int fromNewest = index - StaticTable.Length - 1;
        return fromNewest >= 0 && fromNewest < _dynamic.Count
            ? _dynamic[_dynamic.Count - 1 - fromNewest]
            : throw new InvalidDataException($"A header block names entry {index}, which does not exist.");
    }

    private void Insert(HeaderField field)
    {
        Evict(_dynamicLimit - field.Size);
        if (field.Size <= _dynamicLimit)
        {
            _dynamic.Add(field);
            _dynamicSize += field.Size;
        }
    }

    private void Resize(int limit)
    {
        _dynamicLimit = limit <= TableLimit ? limit : throw new InvalidDataException("A header table grows beyond what was allowed.");
        Evict(limit);
    }

    private void Evict(int room)
    {
        while (_dynamic.Count > 0 && _dynamicSize > room)
        {
            _dynamicSize -= _dynamic[0].Size;
            _dynamic.RemoveAt(0);
        }
    }

    private static ReadOnlySpan<byte> ReadString(ref ReadOnlySpan<byte> block, byte[] scratch)
    {
        bool huffman = !block.IsEmpty && (block[0] & 0x80) != 0;
        int length = ReadInteger(ref block, 7);
        if (length > block.Length)
        {
            throw new InvalidDataException("A header string is longer than its block.");
        }

        ReadOnlySpan<byte> raw = block[..length];
        block = block[length..];
        return huffman ? scratch.AsSpan(0, HuffmanDecoder.Decode(raw, scratch)) : raw;
    }

    private static int ReadInteger(ref ReadOnlySpan<byte> block, int prefixBits)
    {
        int used = 0;
        int limit = (1 << prefixBits) - 1;
        int value = block.IsEmpty ? 0 : block[used++] & limit;
        if (value == limit && used > 0)
        {
            for (int shift = 0; ; shift += 7)
            {
                if (used == block.Length || shift > 21)
                {
                    throw new InvalidDataException("A header integer is cut off or too large.");
                }

                byte octet = block[used++];
                value += (octet & 0x7F) << shift;
                if ((octet & 0x80) == 0)
                {
                    break;
                }
            }
        }

        block = used > 0 ? block[used..] : throw new InvalidDataException("A header block ends too early.");
        return value;
    }
}
