using SnetGateway.Grpc.Web;

namespace SnetGateway.Gateway.Web;

/// <summary>The body of an `application/grpc-web-text` request, decoded. What is no base64 is a bad request.</summary>
internal sealed class GrpcWebTextRequest(Stream inner) : Stream
{
    private const int MostText = 4096;

    private GrpcWebTextDecoder _decoder;
    private byte[]? _text;
    private byte[]? _bytes;
    private int _start;
    private int _end;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A request is never waited for by a blocked thread.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static BadHttpRequestException Broken() => new("the request is no base64");
}
