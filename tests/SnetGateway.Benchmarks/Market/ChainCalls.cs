namespace SnetGateway.Benchmarks.Market;

/// <summary>What a node was asked through the relay, up to one moment or between two.</summary>
/// <param name="Requests">HTTP requests; one can carry many calls.</param>
/// <param name="All">Every JSON-RPC call, those by which the gateway follows the chain included.</param>
/// <param name="ChannelReads">Reads of a channel: what a paid call costs the chain when its channel is not known.</param>
internal readonly record struct ChainCalls(long Requests, long All, long ChannelReads)
{
    public static ChainCalls operator -(ChainCalls later, ChainCalls earlier) =>
        new(later.Requests - earlier.Requests, later.All - earlier.All, later.ChannelReads - earlier.ChannelReads);

    public static ChainCalls operator +(ChainCalls one, ChainCalls other) =>
        new(one.Requests + other.Requests, one.All + other.All, one.ChannelReads + other.ChannelReads);
}
