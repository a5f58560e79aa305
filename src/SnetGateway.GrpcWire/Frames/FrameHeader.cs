using System.Buffers.Binary;

namespace SnetGateway.GrpcWire.Frames;

/// <summary>
/// The five bytes before each gRPC message (gRPC over HTTP/2, "Length-Prefixed-Message"): a flag that is 1 for a
/// compressed message and 0 otherwise, and the length of what follows in bytes, big-endian.
/// </summary>
/// <param name="IsCompressed">Whether the message is compressed with the call's <c>grpc-encoding</c>.</param>
/// <param name="Length">Bytes of the message that follow, as sent (compressed if it is).</param>
public readonly record struct FrameHeader(bool IsCompressed, uint Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 5;

    /// <summary>Reads a header; false when there are fewer than <see cref="Size"/> bytes or the flag is neither 0 nor 1.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        if (source.Length < Size || source[0] > 1)
        {
            header = default;
            return false;
        }

        header = new FrameHeader(source[0] == 1, BinaryPrimitives.ReadUInt32BigEndian(source[1..]));
        return true;
    }

    /// <summary>Writes the header into the first <see cref="Size"/> bytes of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The destination is too short.</exception>
    public void Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Size);
        destination[0] = IsCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], Length);
    }
}
