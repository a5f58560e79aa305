using System.Buffers;
using System.IO.Compression;
using Grpc.Core;

namespace SnetGateway.GrpcWire.Messages;

/// <summary>Compression of single messages: <c>identity</c> and, for what is received, <c>gzip</c>.</summary>
public static class GrpcEncodings
{
    /// <summary>Not compressed.</summary>
    public const string Identity = "identity";
    /// <summary>RFC 1952.</summary>
    public const string Gzip = "gzip";
    /// <summary>The value of <c>grpc-accept-encoding</c>.</summary>
    public const string Accepted = "identity,gzip";

    private const int SmallestBuffer = 1024;

    /// <summary>Whether messages in this <c>grpc-encoding</c> can be read; an absent one is <c>identity</c>.</summary>
    public static bool IsKnown(string? encoding) => encoding is null or "" or Identity or Gzip;

    /// <summary>
    /// Expands a gzip message and hands it to <paramref name="read"/>. Expansion stops at <paramref name="maxBytes"/>, so a
    /// small message cannot fill the memory.
    /// </summary>
    /// <exception cref="RpcException">The message is longer than allowed, or no gzip.</exception>
    public static T ReadGzip<T>(in ReadOnlySequence<byte> compressed, int maxBytes, Func<ReadOnlySequence<byte>, T> read)
    {
        var packed = ArrayPool<byte>.Shared.Rent((int)compressed.Length);
        var expanded = ArrayPool<byte>.Shared.Rent(SmallestBuffer);
        try
        {
            compressed.CopyTo(packed);
            using var gzip = new GZipStream(new MemoryStream(packed, 0, (int)compressed.Length, writable: false), CompressionMode.Decompress);
            var length = 0;
            while (true)
            {
                if (length == expanded.Length)
                {
                    expanded = Grow(expanded);
                }

                var got = ReadSome(gzip, expanded.AsSpan(length));
                if (got == 0)
                {
                    return read(new ReadOnlySequence<byte>(expanded, 0, length));
                }

                length += got;
                if (length > maxBytes)
                {
                    throw SingleMessage.TooLong(maxBytes);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
            ArrayPool<byte>.Shared.Return(expanded);
        }
    }

    private static int ReadSome(GZipStream gzip, Span<byte> destination)
    {
        try
        {
            return gzip.Read(destination);
        }
        catch (InvalidDataException broken)
        {
            throw new RpcException(new Status(StatusCode.Internal, "a compressed message is not gzip", broken));
        }
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }
}
