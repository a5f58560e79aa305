namespace SnetGateway.GrpcWire.Headers;

/// <summary>The encoding of messages, from the content type's <c>+</c> suffix; without a suffix it is protobuf.</summary>
public enum GrpcCodec
{
    /// <summary>Any other suffix.</summary>
    Other,

    /// <summary>Protobuf.</summary>
    Proto,

    /// <summary>JSON.</summary>
    Json,
}
