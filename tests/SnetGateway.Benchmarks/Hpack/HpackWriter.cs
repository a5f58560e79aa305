using System.Text;

namespace SnetGateway.Benchmarks.Hpack;

/// <summary>Writes the three representations of a header that the load driver needs, without Huffman.</summary>
internal static class HpackWriter
{
    /// <summary>An entry of either table, name and value.</summary>
    public static int WriteIndexed(Span<byte> target, int index) => WriteInteger(target, 0x80, 7, index);

    /// <summary>A new name and value, remembered by the other side as its newest entry.</summary>
    public static int WriteRemembered(Span<byte> target, string name, string value)
    {
        target[0] = 0x40;
        int length = 1;
        length += WriteText(target[length..], name);
        return length + WriteText(target[length..], value);
    }

    /// <summary>A known name with a value that is not remembered.</summary>
    public static int WriteOnce(Span<byte> target, int nameIndex, ReadOnlySpan<byte> value)
    {
        int length = WriteInteger(target, 0x00, 4, nameIndex);
        length += WriteInteger(target[length..], 0x00, 7, value.Length);
        value.CopyTo(target[length..]);
        return length + value.Length;
    }

    private static int WriteText(Span<byte> target, string text)
    {
        int length = WriteInteger(target, 0x00, 7, text.Length);
        return length + Encoding.ASCII.GetBytes(text, target[length..]);
    }

    private static int WriteInteger(Span<byte> target, byte pattern, int prefixBits, int value)
    {
        int limit = (1 << prefixBits) - 1;
        if (value < limit)
        {
            target[0] = (byte)(pattern | value);
            return 1;
        }

        target[0] = (byte)(pattern | limit);
        int rest = value - limit;
        int length = 1;
        for (; rest >= 0x80; rest >>= 7)
        {
            target[length++] = (byte)(rest | 0x80);
        }

        target[length++] = (byte)rest;
        return length;
    }
}
