using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// The PROXY protocol, versions 1 and 2: what a TCP balancer says of the client, ahead of the client's first byte (haproxy's
/// doc/proxy-protocol.txt).
/// </summary>
internal static class ProxyHeader
{
    /// <summary>The longest line of version 1, with its line end.</summary>
    private const int LongestLine = 107;

    /// <summary>Signature, command, family and length of version 2.</summary>
    private const int FixedLength = 16;

    /// <summary>Addresses of version 2 that are read; what follows them is skipped.</summary>
    private const int LongestAddresses = 36;

    /// <summary>A balancer's certificates may follow the addresses; more than this is no header.</summary>
    private const int LongestRest = 4096;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> Word => "PROXY "u8;

    /// <summary>Reads a header.</summary>
    /// <param name="received">All that has come so far, from the connection's first byte.</param>
    /// <param name="length">How many bytes the header has, once it is <see cref="ProxyHeaderResult.Complete"/>.</param>
    /// <param name="client">The client's address, or null where the balancer speaks for itself (its own health check) or does not say.</param>
    public static ProxyHeaderResult Read(in ReadOnlySequence<byte> received, out int length, out IPEndPoint? client)
    {
        length = 0;
        client = null;
        Span<byte> head = stackalloc byte[LongestLine];
        head = head[..(int)Math.Min(received.Length, head.Length)];
        received.Slice(0, head.Length).CopyTo(head);

        return Begins(head, Signature) ? ReadBinary(received.Length, head, out length, out client)
            : Begins(head, Word) ? ReadLine(head, out length, out client)
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
        && (family == 16 || address.ToString() == text); // no octal and no short forms

    private static bool TryRead(string text, out ushort port) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}

/// <summary>What the first bytes from a balancer are.</summary>
internal enum ProxyHeaderResult
{
    Incomplete,
    Complete,
    Malformed,
}
