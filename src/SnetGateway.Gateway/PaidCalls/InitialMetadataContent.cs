using System.Net;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The body of a service's response, which sends the service's headers ahead when the first message is late. YARP sends headers with the
/// first byte only, and a client that waits for them before it sends more would wait indefinitely.
/// </summary>
internal sealed class InitialMetadataContent(HttpContent inner, SettleFirstBody body, TimeProvider time) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync()
    {
        Task<Stream> opened = inner.ReadAsStreamAsync();
        return opened.IsCompletedSuccessfully
            ? Task.FromResult<Stream>(new InitialMetadataStream(opened.Result, body, time))
            : OpenAsync(opened);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task<Stream> OpenAsync(Task<Stream> opened) => new InitialMetadataStream(await opened, body, time);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}

/// <summary>Reads a service's response for <see cref="InitialMetadataContent"/>.</summary>
internal sealed class InitialMetadataStream(Stream inner, SettleFirstBody body, TimeProvider time) : ReadOnceStream
{
    /// <summary>
    /// How long headers wait for the first message. Most services send both together, and one packet costs half of two; a client that needs
    /// the headers first loses this much.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(10);

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

    private async ValueTask<int> WaitAsync(ValueTask<int> read, CancellationToken cancellationToken)
    {
        // The message is usually already on its way through the connection's reader: one yield to the scheduler is enough for it.
        await Task.Yield();
        return await (read.IsCompleted ? read : WaitLongerAsync(read.AsTask(), cancellationToken));
    }

    private async ValueTask<int> WaitLongerAsync(Task<int> read, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(s_patience, time, stop.Token);
        bool late = await Task.WhenAny(read, timeout) == timeout && !read.IsCompleted && timeout.IsCompletedSuccessfully;
        await stop.CancelAsync();
        if (late)
        {
            try
            {
                await body.SendHeadersAsync(cancellationToken);
            }
            catch (Exception)
            {
                // Until the read ends it owns the reader's memory. A cancellation ends the read too. Without one the response cannot be
                // sent, and the read would wait for as long as the service is silent, so the call is ended.
                if (!cancellationToken.IsCancellationRequested)
                {
                    body.Call.Fail(CallFailures.Fault);
                    body.Call.Context.Abort();
                }

                await read.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
                throw;
            }
        }

        return await read;
    }
}
