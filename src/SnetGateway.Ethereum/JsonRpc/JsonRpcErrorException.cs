namespace SnetGateway.Ethereum.JsonRpc;

/// <summary>The node returned an error (JSON-RPC 2.0, section 5.1). The endpoint itself works.</summary>
internal sealed class JsonRpcErrorException(int code, string message) : Exception(message)
{
    // EIP-1474 "limit exceeded", and the number that some providers use instead.
    private const int LimitExceeded = -32005;
    private const int TooManyRequests = 429;

    public int Code { get; } = code;

    /// <summary>The endpoint's rate limit was exceeded: another endpoint should be used for a while.</summary>
    public bool IsRateLimit => Code is LimitExceeded or TooManyRequests;
}
