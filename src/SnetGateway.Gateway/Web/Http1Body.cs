using System.Buffers;
using System.IO.Pipelines;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// The body of a request on HTTP/1.1. The server takes a read that a token has ended for one that still runs, and reports it as an error of its
/// own; so a token ends reads here in the pipe's way.
/// </summary>
internal sealed class Http1Body(PipeReader inner) : ReadOnceStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), inner);
        while (true)
        {
            ReadResult result = await inner.ReadAsync(CancellationToken.None);
            ReadOnlySequence<byte> bytes = result.Buffer.Slice(0, Math.Min(buffer.Length, result.Buffer.Length));
            bytes.CopyTo(buffer.Span);
            inner.AdvanceTo(bytes.End);
            if (!bytes.IsEmpty || result.IsCompleted || (buffer.IsEmpty && !result.IsCanceled))
            {
                return (int)bytes.Length;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
