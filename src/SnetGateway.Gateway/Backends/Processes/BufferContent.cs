using System.Net;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>A body that lies in pooled memory and gives it back when it is disposed of.</summary>
internal sealed class BufferContent(ByteBuffer buffer) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult<Stream>(new BufferStream(buffer));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(buffer.Memory).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = buffer.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            buffer.Dispose();
        }

        base.Dispose(disposing);
    }

    private sealed class BufferStream(ByteBuffer source) : ReadOnceStream
    {
        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, source.Length);
            source.Span[..count].CopyTo(buffer);
            source.Drop(count);
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer.AsSpan(offset, count)));
    }
}
