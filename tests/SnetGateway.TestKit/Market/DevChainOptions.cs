namespace SnetGateway.TestKit.Market;

/// <summary>How a local chain is started; the defaults are the chain's own.</summary>
public sealed record DevChainOptions
{
    /// <summary>automine (a block at each transaction), manual, interval:SECONDS or mixed:SECONDS.</summary>
    public string Mining { get; init; } = "automine";

    /// <summary>What eth_chainId answers.</summary>
    public ulong ChainId { get; init; } = 31337;

    /// <summary>The JSON-RPC port; 0 picks a free one. A fixed one lets a chain come back where another was.</summary>
    public int Port { get; init; }

    /// <summary>Opens the usual seven channels.</summary>
    public bool OpenChannels { get; init; } = true;
}
