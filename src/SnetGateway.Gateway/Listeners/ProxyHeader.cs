using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// The PROXY protocol, versions 1 and 2: a TCP load balancer sends the client's address before the client's first byte (haproxy's
/// doc/proxy-protocol.txt).
/// </summary>
internal static class ProxyHeader
{
    /// <summary>Maximum length of a version 1 header, with its line end.</summary>
    private const int LongestLine = 107;

    /// <summary>Length of version 2's signature, command, family and length fields.</summary>
    private const int FixedLength = 16;

    /// <summary>Bytes of version 2's addresses that are read; the rest is skipped.</summary>
    private const int LongestAddresses = 36;

    /// <summary>Certificates of the balancer may follow the addresses. A longer header is rejected.</summary>
    private const int LongestRest = 4096;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> TextPrefix => "PROXY "u8;

    /// <summary>Parses a header.</summary>
    /// <param name="received">All bytes received so far, from the connection's first byte.</param>
    /// <param name="length">Length of the header in bytes, when the result is <see cref="ProxyHeaderResult.Complete"/>.</param>
    /// <param name="client">The client's address; null for the balancer's own health checks and for unknown addresses.</param>
    public static ProxyHeaderResult Read(in ReadOnlySequence<byte> received, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        Span<byte> head = stackalloc byte[LongestLine];
        head = head[..(int)Math.Min(received.Length, head.Length)];
        received.Slice(0, head.Length).CopyTo(head);

        return Begins(head, Signature) ? ReadBinary(received.Length, head, out length, out client)
            : Begins(head, TextPrefix) ? ReadLine(head, out length, out client)
            : ProxyHeaderResult.Malformed;
    }

    private static bool Begins(ReadOnlySpan<byte> head, ReadOnlySpan<byte> with)
    {
        int common = Math.Min(head.Length, with.Length);
        return head[..common].SequenceEqual(with[..common]);
    }

    private static ProxyHeaderResult ReadBinary(long available, ReadOnlySpan<byte> head, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        if (head.Length < FixedLength)
        {
            return ProxyHeaderResult.Incomplete;
        }

        int rest = BinaryPrimitives.ReadUInt16BigEndian(head[14..]);
        if (head[12] is not (0x20 or 0x21) || rest > LongestRest)
        {
            return ProxyHeaderResult.Malformed;
        }

        length = FixedLength + rest;
        if (available < length)
        {
            return ProxyHeaderResult.Incomplete;
        }

        bool isLocal = head[12] == 0x20;
        int size = (head[13], isLocal) switch
        {
            (0x11, false) => 4, // TCP over IPv4
            (0x21, false) => 16, // TCP over IPv6
            _ => 0,
        };
        if (size == 0)
        {
            return ProxyHeaderResult.Complete;
        }

        if (rest < (2 * size) + 4)
        {
            return ProxyHeaderResult.Malformed;
        }

        ReadOnlySpan<byte> addresses = head.Slice(FixedLength, Math.Min(rest, LongestAddresses));
        client = new IPEndPoint(new IPAddress(addresses[..size]), BinaryPrimitives.ReadUInt16BigEndian(addresses[(2 * size)..]));
        return ProxyHeaderResult.Complete;
    }

    private static ProxyHeaderResult ReadLine(ReadOnlySpan<byte> head, out int length, out IPEndPoint? client)
    {
        client = null;
        int end = head.IndexOf("\r\n"u8);
        length = end + 2;
        if (end < 0)
        {
            return head.Length < LongestLine ? ProxyHeaderResult.Incomplete : ProxyHeaderResult.Malformed;
        }

        string[] parts = Encoding.ASCII.GetString(head[..end]).Split(' ');
        if (parts[1] == "UNKNOWN")
        {
            return ProxyHeaderResult.Complete;
        }

        int family = parts[1] switch { "TCP4" => 4, "TCP6" => 16, _ => 0 };
        if (parts.Length != 6
            || !TryRead(parts[2], family, out IPAddress? source)
            || !TryRead(parts[3], family, out _)
            || !TryRead(parts[4], out ushort port)
            || !TryRead(parts[5], out _))
        {
            return ProxyHeaderResult.Malformed;
        }

        client = new IPEndPoint(source!, port);
        return ProxyHeaderResult.Complete;
    }

    private static bool TryRead(string text, int family, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && !text.Contains('%', StringComparison.Ordinal)
        && address.GetAddressBytes().Length == family
        && (family == 16 || address.ToString() == text); // no octal numbers and no abbreviated addresses

    private static bool TryRead(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}

/// <summary>The result of parsing a connection's first bytes.</summary>
internal enum ProxyHeaderResult
{
    Incomplete,
    Complete,
    Malformed,
}
