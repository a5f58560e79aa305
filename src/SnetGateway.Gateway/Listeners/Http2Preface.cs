using System.Buffers;

namespace SnetGateway.Gateway.Listeners;

/// <summary>The 24 bytes with which every HTTP/2 connection begins (RFC 9113, section 3.4), and no HTTP/1.1 connection does.</summary>
internal static class Http2Preface
{
    public static ReadOnlySpan<byte> Bytes => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>
    /// Detects the protocol from a connection's first bytes: at the first byte that differs, or at the last byte of the preface.
    /// </summary>
    public static PrefaceResult Check(in ReadOnlySequence<byte> received)
    {
        ReadOnlySpan<byte> expected = Bytes;
        foreach (ReadOnlyMemory<byte> segment in received)
        {
            int length = Math.Min(segment.Length, expected.Length);
            if (!segment.Span[..length].SequenceEqual(expected[..length]))
            {
                return PrefaceResult.Http1;
            }

            expected = expected[length..];
            if (expected.IsEmpty)
            {
                return PrefaceResult.Http2;
            }
        }

        return PrefaceResult.Undecided;
    }
}

/// <summary>The protocol of a cleartext connection.</summary>
internal enum PrefaceResult
{
    Undecided,
    Http1,
    Http2,
}
