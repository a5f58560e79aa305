using System.Globalization;
using Microsoft.AspNetCore.Http.Features;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// One open stream of the gateway's own methods. It is reset when its client neither sends nor reads for too long: a status would wait
/// behind the responses that the client does not read, and hold the stream's memory for as long as the connection is open.
/// </summary>
internal sealed class OwnStream : IDisposable
{
    /// <summary>HTTP/2's ENHANCE_YOUR_CALM, which is RESOURCE_EXHAUSTED for a gRPC client.</summary>
    private const int EnhanceYourCalm = 0xb;

    private readonly HttpContext _context;
    private readonly OpenStreams _open;
    private readonly OwnStreams _owner;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private bool _isWriting;
    private bool _hasEnded;

    public OwnStream(HttpContext context, OpenStreams open, OwnStreams owner, TimeProvider time)
    {
        (_context, _open, _owner) = (context, open, owner);
        ConnectionId = context.Connection.Id;
        Path = context.Request.Path; // the context may have ended when the stream is reported
        Node = new LinkedListNode<OwnStream>(this);
        _timer = time.CreateTimer(static stream => ((OwnStream)stream!).CloseLate(), this, open.Bounds.Idle, Timeout.InfiniteTimeSpan);
    }

    public string ConnectionId { get; }

    public PathString Path { get; }

    public LinkedListNode<OwnStream> Node { get; }

    /// <summary>Whether it was reset here. Its method then fails, which is expected.</summary>
    public bool WasClosed { get; private set; }

    /// <summary>A response is handed to the server, which may wait for the client to read.</summary>
    public void BeginWrite()
    {
        _isWriting = true;
        _timer.Change(OwnStreams.WriteLimit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The client has sent a request, or the server has taken a response.</summary>
    public void Progress()
    {
        _isWriting = false;
        _timer.Change(_open.Bounds.Idle, Timeout.InfiniteTimeSpan);
        _open.MoveToEnd(this);
    }

    public void Close(string reason, string? text)
    {
        lock (_lock)
        {
            if (_hasEnded || WasClosed)
            {
                return;
            }

            // Within the lock, because the server uses the context for another request once this one has ended.
            WasClosed = true;
            if (_context.Features.Get<IHttpResetFeature>() is { } http2)
            {
                http2.Reset(EnhanceYourCalm);
            }
            else
            {
                _context.Abort();
            }
        }

        _owner.Closed(Path, reason, text);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _open.Remove(this);
        lock (_lock)
        {
            _hasEnded = true;
        }
    }

    private void CloseLate()
    {
        if (_isWriting)
        {
            Close("not_read", string.Create(
                CultureInfo.InvariantCulture, $"its client has not read for {OwnStreams.WriteLimit.TotalSeconds} s"));
        }
        else
        {
            Close("idle", text: null);
        }
    }
}
