using System.Runtime.CompilerServices;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Reads a service's answer; see <see cref="InitialMetadataContent"/>.</summary>
internal sealed class InitialMetadataStream(Stream inner, SettleFirstBody call, TimeProvider time) : ReadOnceStream
{
    /// <summary>
    /// How long headers wait for a message to go with. Most services send both at once, and one packet costs half of two; a client that
    /// needs the headers first loses this much.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);

    private bool _decided;

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
            try
            {
                await call.SendHeadersAsync(cancellationToken);
            }
            catch (Exception)
            {
                // Until the read ends it owns the reader's memory. What gave up this wait ends the read too; where nothing did, the answer cannot go
                // out, and without an end of the call the read would wait for as long as the service is silent.
                if (!cancellationToken.IsCancellationRequested)
                {
                    call.Fail(CallFailures.Fault);
                    call.Context.Abort();
                }

                await read.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
                throw;
            }
        }

        return await read;
    }
}
