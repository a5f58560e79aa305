namespace SnetGateway.GrpcWire.Headers;

/// <summary>What decoding a <c>-bin</c> value came to.</summary>
public enum BinaryMetadataResult
{
    /// <summary>The bytes are there.</summary>
    Decoded,

    /// <summary>The value is not base64 as gRPC uses it.</summary>
    Malformed,

    /// <summary>The value is well-formed and holds more bytes than were asked for.</summary>
    DestinationTooShort,
}
