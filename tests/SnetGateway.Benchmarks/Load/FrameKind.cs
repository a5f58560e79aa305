namespace SnetGateway.Benchmarks.Load;

/// <summary>The frames of HTTP/2 that a server may send to the load (RFC 9113, section 6).</summary>
internal enum FrameKind : byte
{
    Data = 0,
    Headers = 1,
    Reset = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    WindowUpdate = 8,
    Continuation = 9,
}
