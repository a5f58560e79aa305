namespace SnetGateway.TestKit.Market;

/// <summary>The gRPC stacks that the paying clients of tests/clients are made of.</summary>
public enum ClientStack
{
    /// <summary>grpc-js, signing with ethers.</summary>
    Node,

    /// <summary>Debian's grpcio on the C core, signing in plain Python.</summary>
    Python,
}
