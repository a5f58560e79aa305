namespace SnetGateway.GrpcWire.Headers;

/// <summary>Names of the headers and trailers that gRPC itself uses.</summary>
public static class GrpcHeaderNames
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";

    /// <summary>The prefix of names that belong to gRPC and never to an application.</summary>
    public const string ReservedPrefix = "grpc-";
}
