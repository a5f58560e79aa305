namespace SnetGateway.Benchmarks.Load;

/// <summary>The flags of HTTP/2 frames (RFC 9113, section 6). One bit means different things on different frames.</summary>
internal static class FrameFlags
{
    public const byte EndStream = 0x1;
    public const byte Acknowledgement = 0x1;
    public const byte EndHeaders = 0x4;
    public const byte Padded = 0x8;
    public const byte Priority = 0x20;
}
