namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>
/// An endpoint gave no usable response: it is set aside and the next one is asked. Messages contain no URL, because URLs contain keys.
/// </summary>
internal sealed class EndpointException(EndpointFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public EndpointFault Fault { get; } = fault;
}

/// <summary>The kind of an endpoint's failure.</summary>
internal enum EndpointFault
{
    /// <summary>No connection, or the connection broke.</summary>
    Unreachable,

    /// <summary>No response within the timeout of one request.</summary>
    TimedOut,

    /// <summary>An HTTP status other than 200.</summary>
    HttpStatus,

    /// <summary>The response is not JSON-RPC, or not of the expected type.</summary>
    Malformed,

    /// <summary>The response exceeds the size limit.</summary>
    TooLarge,

    /// <summary>It does not take several requests in one, or not that many.</summary>
    BatchRefused,

    /// <summary>It serves another chain than the configured one.</summary>
    WrongChain,

    /// <summary>The escrow address has no code.</summary>
    NoContract,

    /// <summary>It was set aside while this request waited for its check.</summary>
    SetAside,

    /// <summary>It is stalled or behind, and another endpoint is not.</summary>
    Behind,
}
