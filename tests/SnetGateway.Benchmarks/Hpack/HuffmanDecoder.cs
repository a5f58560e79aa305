namespace SnetGateway.Benchmarks.Hpack;

/// <summary>Decodes the Huffman code of HPACK (RFC 7541, appendix B).</summary>
/// <remarks>The code is canonical: symbols of one length have consecutive codes in symbol order, so the lengths alone give the
/// table.</remarks>
internal static class HuffmanDecoder
{
    private const int Symbols = 257;
    private const int EndOfString = 256;
    private const int LongestCode = 30;

    private static readonly int[] s_firstCode = new int[LongestCode + 2];
    private static readonly int[] s_firstPosition = new int[LongestCode + 2];
    private static readonly int[] s_countOfLength = new int[LongestCode + 2];
    private static readonly short[] s_symbolAt = BuildTables();

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>Decodes <paramref name="source"/> into <paramref name="target"/> and returns the number of bytes written.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a valid code, or the target is too small.</exception>
    public static int Decode(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int code = 0;
        int length = 0;
        int written = 0;
        foreach (byte octet in source)
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                code = (code << 1) | ((octet >> bit) & 1);
                length++;
                if (length > LongestCode)
                {
                    throw new InvalidDataException("No Huffman code is this long.");
                }

                int offset = code - s_firstCode[length];
                if (offset < 0 || offset >= s_countOfLength[length])
                {
                    continue;
                }

                short symbol = s_symbolAt[s_firstPosition[length] + offset];
                if (symbol == EndOfString || written == target.Length)
                {
                    throw new InvalidDataException("A Huffman string holds its end marker or is too long.");
                }

                target[written++] = (byte)symbol;
                code = 0;
                length = 0;
            }
        }

        // Padding is the beginning of the end marker: fewer than eight bits, all ones.
        if (length > 7 || code != (1 << length) - 1)
        {
            throw new InvalidDataException("A Huffman string is padded wrongly.");
        }

        return written;
    }

    private static short[] BuildTables()
    {
        short[] symbols = new short[Symbols];
        int position = 0;
        int code = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            code <<= 1;
            s_firstCode[length] = code;
            s_firstPosition[length] = position;
            for (short symbol = 0; symbol < Symbols; symbol++)
            {
                if (Lengths[symbol] == length)
                {
                    symbols[position++] = symbol;
                    code++;
                }
            }

            s_countOfLength[length] = position - s_firstPosition[length];
        }

        return symbols;
    }
}
