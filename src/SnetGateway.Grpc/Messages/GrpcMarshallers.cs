using System.Buffers;
using Google.Protobuf;

namespace SnetGateway.Grpc.Messages;

/// <summary>The two kinds of message in use: generated protobuf types, and bytes passed through.</summary>
public static class GrpcMarshallers
{
    /// <summary>Bytes as they are; what is read is a copy that the caller may keep.</summary>
    public static GrpcMarshaller<ReadOnlyMemory<byte>> Bytes { get; } = new(
        message => message.Length,
        (message, destination) => destination.Write(message.Span),
        source => source.ToArray());

    /// <summary>A generated protobuf type.</summary>
    public static GrpcMarshaller<T> Protobuf<T>()
        where T : IMessage<T>, new() => Generated<T>.Marshaller;

    private static class Generated<T>
        where T : IMessage<T>, new()
    {
        private static readonly MessageParser<T> Parser = new(() => new T());

        public static readonly GrpcMarshaller<T> Marshaller = new(
            message => message.CalculateSize(),
            (message, destination) => message.WriteTo(destination),
            source => Parser.ParseFrom(source));
    }
}
