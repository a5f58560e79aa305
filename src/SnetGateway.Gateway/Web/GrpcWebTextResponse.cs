using System.Buffers;
using System.Buffers.Text;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// Writes a response as base64. Each write is encoded separately and ends with its padding, so that a client can decode a message of a
/// stream before the next one arrives. A response that is not gRPC is passed on unchanged.
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

    /// <summary>
    /// Encodes the whole buffer before the first wait, because a cancelled caller reuses its memory
    /// (<see cref="PaidCalls.SettleFirstBody"/>).
    /// </summary>
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
            // The server has copied the bytes, also when the wait was cancelled.
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
