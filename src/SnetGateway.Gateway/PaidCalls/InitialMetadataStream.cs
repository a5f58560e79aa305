using System.Runtime.CompilerServices;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Reads a service's answer; see <see cref="InitialMetadataContent"/>.</summary>
internal sealed class InitialMetadataStream(Stream inner, SettleFirstBody call, TimeProvider time) : Stream
{
    /// <summary>
    /// How long headers wait for a message to go with. Most services send both at once, and one packet costs half of two; a client that
    /// needs the headers first loses this much.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private bool _decided;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> read = inner.ReadAsync(buffer, cancellationToken);
        if (_decided)
        {
            return read;
        }

        _decided = true;
        return read.IsCompleted ? read : WaitAsync(read, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("An answer is never waited for by a blocked thread.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WaitAsync(ValueTask<int> read, CancellationToken cancellationToken)
    {
        // The message is usually already on its way through the connection's reader: one turn of the scheduler is enough for it.
        await Task.Yield();
        return await (read.IsCompleted ? read : WaitLongerAsync(read.AsTask(), cancellationToken));
    }

    private async ValueTask<int> WaitLongerAsync(Task<int> read, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task patience = Task.Delay(Patience, time, stop.Token);
        bool late = await Task.WhenAny(read, patience) == patience && !read.IsCompleted && patience.IsCompletedSuccessfully;
        await stop.CancelAsync();
        if (late)
        {
            await call.SendHeadersAsync(cancellationToken);
        }

        return await read;
    }
}
