using System.Buffers;
using System.IO.Pipelines;
using SnetGateway.Gateway.Streams;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// The body of an HTTP/1.1 request. The server treats a read that was cancelled by its token as still running, and fails the next one. So
/// the token cancels the pending read of the pipe instead.
/// </summary>
internal sealed class Http1Body(PipeReader inner) : ReadOnceStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenRegistration cancelling = cancellationToken.UnsafeRegister(
            static reader => ((PipeReader)reader!).CancelPendingRead(), inner);
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
