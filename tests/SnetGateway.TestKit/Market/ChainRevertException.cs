namespace SnetGateway.TestKit.Market;

/// <summary>The contract refused a transaction, which was therefore not sent.</summary>
public sealed class ChainRevertException(string command, string reason) : Exception($"{command} reverted: {reason}")
{
    /// <summary>The contract's own words.</summary>
    public string Reason { get; } = reason;
}
