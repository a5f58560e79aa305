namespace SnetGateway.TestKit.Market;

/// <summary>Start options of a local chain; the defaults are the chain's own.</summary>
public sealed record DevChainOptions
{
    /// <summary>automine (a block for each transaction), manual, interval:SECONDS or mixed:SECONDS.</summary>
    public string Mining { get; init; } = "automine";

    /// <summary>The value of eth_chainId.</summary>
    public ulong ChainId { get; init; } = 31337;

    /// <summary>The JSON-RPC port; 0 picks a free one. A fixed one lets a chain replace another at the same address.</summary>
    public int Port { get; init; }

    /// <summary>Opens the seven standard channels.</summary>
    public bool OpenChannels { get; init; } = true;

    /// <summary>
    /// Blocks whose state is kept; null for all. With all of them the node needs more time for each block than for the one before.
    /// </summary>
    public int? KeepStates { get; init; }
}
