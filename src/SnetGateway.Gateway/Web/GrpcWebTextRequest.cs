using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Web;

namespace SnetGateway.Gateway.Web;

/// <summary>The decoded body of an `application/grpc-web-text` request. Invalid base64 is a bad request.</summary>
internal sealed class GrpcWebTextRequest(Stream inner) : ReadOnceStream
{
    private const int MaxText = 4096;

    private GrpcWebTextDecoder _decoder;
    private byte[]? _text;
    private byte[]? _bytes;
    private int _start;
    private int _end;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_start == _end)
        {
            if (buffer.IsEmpty)
            {
                // A read into an empty buffer only waits for data.
                return await inner.ReadAsync(buffer, cancellationToken);
            }

            _text ??= new byte[MaxText];
            _bytes ??= new byte[GrpcWebTextDecoder.MaxBytes(MaxText)];
            int count = await inner.ReadAsync(_text, cancellationToken);
            if (count == 0)
            {
                return _decoder.IsInsideGroup ? throw Invalid() : 0;
            }

            _start = 0;
            _end = _decoder.Decode(_text.AsSpan(0, count), _bytes);
            if (_decoder.HasFailed)
            {
                throw Invalid();
            }
        }

        int copied = Math.Min(buffer.Length, _end - _start);
        _bytes.AsSpan(_start, copied).CopyTo(buffer.Span);
        _start += copied;
        return copied;
    }

    private static BadHttpRequestException Invalid() => new("the request body is not valid base64");
}
