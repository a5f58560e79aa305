namespace SnetGateway.GrpcWire.Frames;

/// <summary>What <see cref="FrameTracker.Advance"/> came to.</summary>
public enum FrameEvent
{
    /// <summary>All bytes are read and nothing is complete: more must come.</summary>
    None,

    /// <summary>A header has been read; <see cref="FrameTracker.Length"/> and <see cref="FrameTracker.IsCompressed"/> describe its message.</summary>
    HeaderComplete,

    /// <summary>The last byte of a message has been read.</summary>
    MessageComplete,

    /// <summary>The flag byte is neither 0 nor 1: this is no gRPC stream. Final.</summary>
    InvalidFlag,

    /// <summary>The header announces more bytes than the limit. Final; <see cref="FrameTracker.Length"/> tells how many.</summary>
    TooLong,
}
