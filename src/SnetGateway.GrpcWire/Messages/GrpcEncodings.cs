using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace SnetGateway.GrpcWire.Messages;

/// <summary>Compression of single messages: <c>identity</c>, and <c>gzip</c> for received messages.</summary>
public static class GrpcEncodings
{
    /// <summary>Not compressed.</summary>
    public const string Identity = "identity";
    /// <summary>RFC 1952.</summary>
    public const string Gzip = "gzip";
    /// <summary>The value of <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = "identity,gzip";

    private const int SmallestRead = 1024;

    /// <summary>True when messages with this <c>grpc-encoding</c> can be read. A missing one is <c>identity</c>.</summary>
    public static bool IsKnown(string? encoding) => encoding is null or "" or Identity or Gzip;

    /// <summary>
    /// Decompresses a gzip message. It stops at <paramref name="maxBytes"/>, so a small message cannot exhaust the memory.
    /// </summary>
    /// <exception cref="RpcException">The message exceeds the limit, or is not gzip.</exception>
    public static ReadOnlyMemory<byte> ReadGzip(ReadOnlySpan<byte> compressed, int maxBytes)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(compressed.ToArray()), CompressionMode.Decompress);
            var expanded = new ArrayBufferWriter<byte>();
            while (gzip.Read(expanded.GetSpan(SmallestRead)) is var count and > 0)
            {
                expanded.Advance(count);
                if (expanded.WrittenCount > maxBytes)
                {
                    throw SingleMessage.TooLong(maxBytes);
                }
            }

            return expanded.WrittenMemory;
        }
        catch (InvalidDataException broken)
        {
            throw new RpcException(new Status(StatusCode.Internal, "a compressed message is not gzip", broken));
        }
    }
}
