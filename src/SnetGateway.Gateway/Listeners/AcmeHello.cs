using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// Finds out, before the handshake, whether a client offers the protocol acme-tls/1: an authority that validates a host (RFC 8737). The
/// server's own callbacks do not show the offered protocols. Nothing is consumed.
/// </summary>
internal sealed class AcmeHello
{
    private const int RecordHeader = 5, MaxRecord = 16 * 1024;
    private const byte Handshake = 0x16;

    private static readonly AcmeHello s_found = new();

    private AcmeHello()
    {
    }

    /// <summary>With its length in front, as in the list of protocols. In any other place it would only make the handshake fail.</summary>
    private static ReadOnlySpan<byte> Protocol => "\u000aacme-tls/1"u8;

    /// <summary>Whether the connection offered it.</summary>
    public static bool IsOn(ConnectionContext connection) => connection.Features.Get<AcmeHello>() is not null;

    /// <summary>Reads the first message of a connection, within a time limit, and marks the connection.</summary>
    public static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, TimeSpan limit, TimeProvider time)
    {
        PipeReader input = connection.Transport.Input;
        using (time.CreateTimer(static input => ((PipeReader)input!).CancelPendingRead(), input, limit, Timeout.InfiniteTimeSpan))
        {
            bool isWhole;
            do
            {
                ReadResult read = await input.ReadAsync();
                isWhole = TryFind(read.Buffer, out bool isOffered) || read.IsCompleted || read.IsCanceled;
                if (isOffered)
                {
                    connection.Features.Set(s_found);
                }

                // Where it is whole, nothing is marked as examined, so that the handshake's first read returns immediately.
                input.AdvanceTo(read.Buffer.Start, isWhole ? read.Buffer.Start : read.Buffer.End);
            }
            while (!isWhole);
        }

        await next(connection);
    }

    /// <summary>False while the first record is not complete.</summary>
    internal static bool TryFind(in ReadOnlySequence<byte> received, out bool isOffered)
    {
        isOffered = false;
        Span<byte> header = stackalloc byte[RecordHeader];
        if (received.Length < RecordHeader)
        {
            return false;
        }

        received.Slice(0, RecordHeader).CopyTo(header);
        int length = (header[3] << 8) | header[4];
        if (header[0] != Handshake || length > MaxRecord)
        {
            return true; // no TLS: the handshake fails
        }

        if (received.Length < RecordHeader + length)
        {
            return false;
        }

        ReadOnlySequence<byte> record = received.Slice(RecordHeader, length);
        isOffered = (record.IsSingleSegment ? record.FirstSpan : record.ToArray()).IndexOf(Protocol) >= 0;
        return true;
    }
}
