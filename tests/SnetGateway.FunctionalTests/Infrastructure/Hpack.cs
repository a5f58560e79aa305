using System.Text;
using SnetGateway.Benchmarks.Hpack;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>
/// Header blocks in their plainest form (RFC 7541): written as literals, so that a test can send any byte; read without a dynamic table,
/// which the connection asks for.
/// </summary>
internal static class Hpack
{
    private static readonly string[] s_names =
    [
        "", ":authority", ":method", ":method", ":path", ":path", ":scheme", ":scheme", ":status", ":status", ":status", ":status",
        ":status",
        ":status", ":status", "accept-charset", "accept-encoding", "accept-language", "accept-ranges", "accept",
        "access-control-allow-origin",
        "age", "allow", "authorization", "cache-control", "content-disposition", "content-encoding", "content-language", "content-length",
        "content-location", "content-range", "content-type", "cookie", "date", "etag", "expect", "expires", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "link", "location", "max-forwards",
        "proxy-authenticate", "proxy-authorization", "range", "referer", "refresh", "retry-after", "server", "set-cookie",
        "strict-transport-security", "transfer-encoding", "user-agent", "vary", "via", "www-authenticate",
    ];

    private static readonly Dictionary<int, string> s_statuses = new()
    {
        [8] = "200", [9] = "204", [10] = "206", [11] = "304", [12] = "400", [13] = "404", [14] = "500",
    };

    public static byte[] Write(IEnumerable<(string Name, string Value)> headers)
    {
        var block = new List<byte>();
        foreach ((string name, string value) in headers)
        {
            block.Add(0);
            WriteText(block, name);
            WriteText(block, value);
        }

        return [.. block];
    }

    public static List<(string Name, string Value)> Read(ReadOnlySpan<byte> block)
    {
        var headers = new List<(string, string)>();
        while (!block.IsEmpty)
        {
            byte first = block[0];
            if ((first & 0x80) != 0)
            {
                int index = ReadNumber(ref block, 7);
                headers.Add((s_names[index], s_statuses.GetValueOrDefault(index, string.Empty)));
            }
            else if ((first & 0xE0) == 0x20)
            {
                ReadNumber(ref block, 5);
            }
            else
            {
                int index = ReadNumber(ref block, (first & 0x40) != 0 ? 6 : 4);
                string name = index == 0 ? ReadText(ref block) : s_names[index];
                headers.Add((name, ReadText(ref block)));
            }
        }

        return headers;
    }

    private static void WriteText(List<byte> block, string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int rest = bytes.Length;
        if (rest < 127)
        {
            block.Add((byte)rest);
        }
        else
        {
            block.Add(127);
            for (rest -= 127; rest >= 128; rest >>= 7)
            {
                block.Add((byte)(rest | 0x80));
            }

            block.Add((byte)rest);
        }

        block.AddRange(bytes);
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        bool isHuffman = (block[0] & 0x80) != 0;
        int length = ReadNumber(ref block, 7);
        ReadOnlySpan<byte> bytes = block[..length];
        block = block[length..];
        if (isHuffman)
        {
            byte[] plain = new byte[length * 8 / 5]; // no code is shorter than five bits
            return Encoding.Latin1.GetString(plain, 0, HuffmanDecoder.Decode(bytes, plain));
        }

        return Encoding.Latin1.GetString(bytes);
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> block, int bits)
    {
        int most = (1 << bits) - 1;
        int number = block[0] & most;
        block = block[1..];
        if (number < most)
        {
            return number;
        }

        for (int shift = 0; ; shift += 7)
        {
            byte next = block[0];
            block = block[1..];
            number += (next & 0x7F) << shift;
            if ((next & 0x80) == 0)
            {
                return number;
            }
        }
    }
}
