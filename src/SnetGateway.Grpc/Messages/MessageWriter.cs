using Grpc.Core;
using SnetGateway.GrpcWire.Messages;
using System.Buffers;
using SnetGateway.GrpcWire.Frames;

namespace SnetGateway.Grpc.Messages;

/// <summary>Writes length-prefixed messages, uncompressed.</summary>
internal static class MessageWriter
{
    /// <exception cref="RpcException">The message is longer than allowed; nothing was written.</exception>
    public static void Write<T>(IBufferWriter<byte> destination, T message, GrpcMarshaller<T> marshaller, int maxBytes)
    {
        var size = marshaller.Size(message);
        if (size > maxBytes)
        {
            throw SingleMessage.TooLong(maxBytes);
        }

        new FrameHeader(IsCompressed: false, (uint)size).Write(destination.GetSpan(FrameHeader.Size));
        destination.Advance(FrameHeader.Size);
        marshaller.Write(message, destination);
    }
}
