using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// After GOAWAY and the last response, leaves an HTTP/2 connection open until the client has closed it. Kestrel closes it immediately; then
/// a client that has not yet processed that response, or whose half of the call is still open, takes the end of the connection for the end
/// of the call and fails a call that was paid and answered.
/// </summary>
internal static class LingeringClose
{
    /// <summary>Time that a client has to close its connection, as with grpc-go's servers.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>Call it last, so that it runs within TLS.</summary>
    public static void UseLingeringClose(this ListenOptions listen, TimeProvider time) =>
        // Nothing tells an HTTP/1.1 client to send no further request.
        listen.Use(next => connection => IsHttp2(connection, listen.Protocols) ? RunAsync(connection, next, time) : next(connection));

    internal static async Task RunAsync(ConnectionContext connection, ConnectionDelegate next, TimeProvider time)
    {
        IDuplexPipe transport = connection.Transport;
        var held = new HeldPipe(transport);
        connection.Transport = held;
        try
        {
            await ClosedConnection.RunAsync(connection, next, time);
            using var limit = new CancellationTokenSource(Limit, time);
            await held.Reader.DiscardAsync(limit.Token);
        }
        finally
        {
            connection.Transport = transport;
            held.Complete();
        }
    }

    private static bool IsHttp2(ConnectionContext connection, HttpProtocols protocols) => protocols == HttpProtocols.Http2
        || connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol.Span.SequenceEqual(
            SslApplicationProtocol.Http2.Protocol.Span) == true;

    /// <summary>A pipe whose ends stay open after HTTP has completed them.</summary>
    private sealed class HeldPipe(IDuplexPipe inner) : IDuplexPipe
    {
        public HeldReader Reader { get; } = new(inner.Input);

        public PipeReader Input => Reader;

        public PipeWriter Output { get; } = new HeldWriter(inner.Output);

        public void Complete()
        {
            inner.Output.Complete(((HeldWriter)Output).Failure);
            inner.Input.Complete(Reader.Failure);
        }
    }

    private sealed class HeldReader(PipeReader inner) : PipeReader
    {
        private bool _isReading;

        public Exception? Failure { get; private set; }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            _isReading = true;
            return inner.ReadAsync(cancellationToken);
        }

        public override bool TryRead(out ReadResult result) => _isReading = inner.TryRead(out result);

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _isReading = false;
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => Failure = exception;

        /// <summary>Reads on until the client closes the connection, or the time is over.</summary>
        public async Task DiscardAsync(CancellationToken cancellationToken)
        {
            if (Failure is not null)
            {
                return; // a read has failed: the connection is broken
            }

            try
            {
                if (_isReading)
                {
                    AdvanceTo(default); // HTTP's last read was cancelled
                }

                while (await ReadAsync(cancellationToken) is { IsCompleted: false } read)
                {
                    AdvanceTo(read.Buffer.End);
                }
            }
            catch (Exception closed) when (closed is OperationCanceledException or IOException or ConnectionAbortedException)
            {
                // Either way the connection is closed now.
            }
        }
    }

    private sealed class HeldWriter(PipeWriter inner) : PipeWriter
    {
        public Exception? Failure { get; private set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(source, cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => Failure = exception;
    }
}
