namespace SnetGateway.GrpcWire.Headers;

/// <summary>How messages are written, as the content type's <c>+</c> suffix tells; without one it is protobuf.</summary>
public enum GrpcCodec
{
    /// <summary>Any other suffix.</summary>
    Other,

    /// <summary>Protobuf.</summary>
    Proto,

    /// <summary>JSON.</summary>
    Json,
}
