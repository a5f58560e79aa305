using Grpc.Core;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>Takes the body of a request of one message from the proxy as it is written, at most one message of it.</summary>
internal sealed class RequestBody(int maxMessageBytes) : WriteOnceStream
{
    private readonly MemoryStream _bytes = new();
    private RpcException? _problem;

    /// <summary>
    /// The request's one message, as its client encoded it. Kept for another instance, because the body of a client can be read only once.
    /// </summary>
    /// <exception cref="RpcException">It has no message, more than one, or an invalid one.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadMessageAsync(
        HttpRequestMessage request, int maxMessageBytes, CancellationToken cancellationToken)
    {
        TranslatedInput? input = TranslatedRequest.InputOf(request);
        if (input?.Message is { } kept)
        {
            return kept;
        }

        await using var body = new RequestBody(maxMessageBytes);
        try
        {
            if (request.Content is { } content)
            {
                await content.CopyToAsync(body, cancellationToken);
            }
        }
        catch (Exception) when (body._problem is not null)
        {
            throw body._problem;
        }

        string? encoding = TranslatedRequest.HeaderOf(request, GrpcHeaderNames.Encoding);
        ReadOnlyMemory<byte> message =
            SingleMessage.Read(body._bytes.GetBuffer().AsMemory(0, (int)body._bytes.Length), encoding, maxMessageBytes);
        input?.Message = message;
        return message;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.Length > FrameHeader.Size + (long)maxMessageBytes - _bytes.Length)
        {
            _problem = SingleMessage.MoreThanOne();
            throw _problem;
        }

        _bytes.Write(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }
}
