using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Web;

namespace SnetGateway.Gateway.Web;

/// <summary>The body of an `application/grpc-web-text` request, decoded. What is no base64 is a bad request.</summary>
internal sealed class GrpcWebTextRequest(Stream inner) : ReadOnceStream
{
    private const int MostText = 4096;

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
                // Whoever asks for nothing only waits until there is something.
                return await inner.ReadAsync(buffer, cancellationToken);
            }

            _text ??= new byte[MostText];
            _bytes ??= new byte[GrpcWebTextDecoder.MaxBytes(MostText)];
            int count = await inner.ReadAsync(_text, cancellationToken);
            if (count == 0)
            {
                return _decoder.IsInsideGroup ? throw Broken() : 0;
            }

            _start = 0;
            _end = _decoder.Decode(_text.AsSpan(0, count), _bytes);
            if (_decoder.HasFailed)
            {
                throw Broken();
            }
        }

        int given = Math.Min(buffer.Length, _end - _start);
        _bytes.AsSpan(_start, given).CopyTo(buffer.Span);
        _start += given;
        return given;
    }

    private static BadHttpRequestException Broken() => new("the request is no base64");
}
