namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>An endpoint gave no usable answer: it is set aside and another one asked. Messages carry no URL, because URLs carry keys.</summary>
internal sealed class EndpointException(EndpointFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public EndpointFault Fault { get; } = fault;
}

/// <summary>What was wrong with an endpoint.</summary>
internal enum EndpointFault
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No answer within the time for one request.</summary>
    TimedOut,

    /// <summary>An HTTP status other than 200.</summary>
    HttpStatus,

    /// <summary>An answer that is no JSON-RPC, or not of the asked kind.</summary>
    Malformed,

    /// <summary>An answer over the size limit.</summary>
    TooLarge,

    /// <summary>It serves another chain than the configured one.</summary>
    WrongChain,

    /// <summary>There is no contract at the escrow address.</summary>
    NoContract,

    /// <summary>It was set aside while this question waited for it.</summary>
    SetAside,

    /// <summary>It stands still or is behind, and another endpoint is not.</summary>
    Behind,
}
