using SnetGateway.Grpc.Client;

namespace SnetGateway.Grpc.Reflection;

/// <summary>The one method of gRPC reflection, under its two names.</summary>
public static class ReflectionMethods
{
    /// <summary>The service of version 1.</summary>
    public const string Service = "grpc.reflection.v1.ServerReflection";

    /// <summary>The service of before version 1; its messages are the same.</summary>
    public const string AlphaService = "grpc.reflection.v1alpha.ServerReflection";

    /// <summary>Asks a service of version 1.</summary>
    public static GrpcMethod<ServerReflectionRequest, ServerReflectionResponse> Info { get; } =
        GrpcMethod.Protobuf<ServerReflectionRequest, ServerReflectionResponse>($"/{Service}/ServerReflectionInfo");

    /// <summary>Asks a service of before version 1.</summary>
    public static GrpcMethod<ServerReflectionRequest, ServerReflectionResponse> AlphaInfo { get; } =
        GrpcMethod.Protobuf<ServerReflectionRequest, ServerReflectionResponse>($"/{AlphaService}/ServerReflectionInfo");
}
