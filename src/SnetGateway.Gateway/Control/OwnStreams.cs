using Grpc.Core;
using SnetGateway.Gateway.Logging;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// The open streams of the gateway's own methods. They cost an unauthenticated caller nothing and hold memory of the gateway, so their
/// number is bounded, for the whole gateway and for each connection. One too many on its connection is refused before anything is read:
/// a reset ends a method by exceptions, which cost more. For one too many in all, the stream that was silent longest is
/// reset: a client that opens streams and leaves them must not keep others out.
/// </summary>
internal sealed class OwnStreams(TimeProvider time, OwnMethodMetrics metrics, ILogger<OwnStreams> logger)
{
    /// <summary>
    /// Bounds of reflection, whose streams take milliseconds. What a client sends faster than it reads waits in the server's memory: up to
    /// 1 MiB a stream, so 64 MiB in all.
    /// </summary>
    public static readonly OwnStreamBounds Reflection = new(64, 8, Idle: TimeSpan.FromMinutes(1));

    /// <summary>Bounds of health watches, which are silent by nature. Each takes some 13 KiB, so 13 MiB in all.</summary>
    public static readonly OwnStreamBounds Watch = new(1024, 100, Idle: Timeout.InfiniteTimeSpan);

    /// <summary>
    /// Bounds of uploads of training data, of which each holds one message in memory: by default up to 4 MiB, so 128 MiB in all. Their time
    /// is bounded where they are read.
    /// </summary>
    public static readonly OwnStreamBounds Upload = new(32, 8, Idle: Timeout.InfiniteTimeSpan);

    /// <summary>Time that a stream waits for its client to read a response, on top of what the server buffers.</summary>
    public static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(10);

    /// <summary>Answer to a stream beyond the number of its connection.</summary>
    public static readonly Status TooMany = new(StatusCode.ResourceExhausted, "too many such streams are open on this connection");

    private const string Superfluous = "too_many";

    private readonly OpenStreams _reflection = new(Reflection);
    private readonly OpenStreams _watches = new(Watch);
    private readonly OpenStreams _uploads = new(Upload);
    private readonly LogThrottle _closed = new(time);

    /// <summary>Counts a stream until it is disposed. Null when it must be refused with <see cref="TooMany"/>.</summary>
    public OwnStream? TryOpen(HttpContext context, MethodType type)
    {
        OpenStreams open = type switch
        {
            MethodType.DuplexStreaming => _reflection,
            MethodType.ClientStreaming => _uploads,
            _ => _watches,
        };
        var stream = new OwnStream(context, open, this, time);
        if (!open.TryAdd(stream, out OwnStream? superfluous))
        {
            stream.Dispose();
            Closed(stream.Path, Superfluous, $"{open.Bounds.OfConnection} such streams were open on its connection");
            return null;
        }

        superfluous?.Close(Superfluous, $"more than {open.Bounds.All} such streams were open");
        return stream;
    }

    /// <summary>Reports a stream that was refused or closed by its bounds.</summary>
    /// <param name="path">Of its method.</param>
    /// <param name="reason">For the metric.</param>
    /// <param name="text">For the log; null where closing it is normal.</param>
    public void Closed(PathString path, string reason, string? text)
    {
        metrics.Closed(reason);
        if (text is not null && _closed.TryTake(out long suppressed))
        {
            ControlLog.OwnStreamClosed(logger, path, text, suppressed);
        }
    }
}

/// <summary>Bounds of the streams of one kind.</summary>
/// <param name="All">Open streams of the whole gateway.</param>
/// <param name="OfConnection">Open streams of one connection.</param>
/// <param name="Idle">Time that a stream may wait for its client's next request.</param>
internal sealed record OwnStreamBounds(int All, int OfConnection, TimeSpan Idle);
