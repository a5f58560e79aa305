namespace SnetGateway.GrpcWire.Headers;

/// <summary>Names of the headers and trailers that gRPC itself uses.</summary>
public static class GrpcHeaderNames
{
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
}
