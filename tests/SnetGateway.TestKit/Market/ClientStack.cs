namespace SnetGateway.TestKit.Market;

/// <summary>The gRPC implementations of the paying clients in tests/clients.</summary>
public enum ClientStack
{
    /// <summary>grpc-js, signing with ethers.</summary>
    Node,

    /// <summary>Debian's grpcio on the C core, signing in plain Python.</summary>
    Python,
}
