namespace SnetGateway.TestKit.Market;

/// <summary>The implementations of the example service.</summary>
public enum ExampleLanguage
{
    /// <summary>samples/EchoService, on plain Kestrel.</summary>
    CSharp,

    /// <summary>samples/echo-node, on grpc-js.</summary>
    JavaScript,
}
