namespace SnetGateway.GrpcWire.Frames;

/// <summary>The result of <see cref="FrameTracker.Advance"/>.</summary>
public enum FrameEvent
{
    /// <summary>All bytes were read and nothing is complete yet.</summary>
    None,

    /// <summary>
    /// A header was read; <see cref="FrameTracker.Length"/> is the length of its message.
    /// </summary>
    HeaderComplete,

    /// <summary>The last byte of a message was read.</summary>
    MessageComplete,

    /// <summary>The flag byte is neither 0 nor 1, so this is not a gRPC stream. Final.</summary>
    InvalidFlag,

    /// <summary>The header announces a message over the limit; <see cref="FrameTracker.Length"/> is its length. Final.</summary>
    TooLong,
}
