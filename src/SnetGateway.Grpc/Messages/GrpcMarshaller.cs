using System.Buffers;

namespace SnetGateway.Grpc.Messages;

/// <summary>How messages of one type become bytes and come back.</summary>
/// <param name="Size">The number of bytes a message takes.</param>
/// <param name="Write">Writes exactly that many bytes.</param>
/// <param name="Read">Makes a message of bytes that are only valid during the call. Any exception means the bytes are no such message.</param>
public sealed record GrpcMarshaller<T>(Func<T, int> Size, Action<T, IBufferWriter<byte>> Write, Func<ReadOnlySequence<byte>, T> Read);
