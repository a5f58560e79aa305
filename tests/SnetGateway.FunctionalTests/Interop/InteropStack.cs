namespace SnetGateway.FunctionalTests.Interop;

/// <summary>The gRPC clients that the interoperability cases are run with.</summary>
public enum InteropStack
{
    /// <summary>grpc-js.</summary>
    GrpcJs,

    /// <summary>Debian's python3-grpcio, on the C core.</summary>
    PythonGrpcio,

    /// <summary>connect-node, in gRPC's protocol.</summary>
    ConnectNode,

    /// <summary>grpc-go, Debian's golang-google-grpc-dev.</summary>
    GrpcGo,
}
