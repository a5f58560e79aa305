using System.Buffers;
using System.Buffers.Text;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// Writes an answer as base64. Each write is encoded by itself and ends in its padding, so that a client can decode a message of a stream
/// before the next one comes. What is no gRPC answer passes as it is.
/// </summary>
internal sealed class GrpcWebTextResponse(HttpResponse response, Stream inner) : WriteOnceStream
{
    private bool? _isGrpc;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _isGrpc ??= GrpcContentType.Parse(response.ContentType).Transport != GrpcTransport.None;
        return _isGrpc.Value && !buffer.IsEmpty ? EncodeAsync(buffer, cancellationToken) : inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <summary>All of it before the first wait: who gives up a wait takes the memory back (<see cref="PaidCalls.SettleFirstBody"/>).</summary>
    private async ValueTask EncodeAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent(Base64.GetMaxEncodedToUtf8Length(buffer.Length));
        try
        {
            Base64.EncodeToUtf8(buffer.Span, text, out _, out int written);
            await inner.WriteAsync(text.AsMemory(0, written), cancellationToken);
        }
        finally
        {
            // The server has copied what it was given, also when a wait for it was cancelled.
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
