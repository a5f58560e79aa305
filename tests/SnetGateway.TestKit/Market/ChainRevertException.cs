namespace SnetGateway.TestKit.Market;

/// <summary>The contract would revert a transaction, so it was not sent.</summary>
public sealed class ChainRevertException(string command, string reason) : Exception($"{command} reverted: {reason}")
{
    /// <summary>The contract's error text.</summary>
    public string Reason { get; } = reason;
}
