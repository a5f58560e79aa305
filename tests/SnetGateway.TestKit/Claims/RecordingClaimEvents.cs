using System.Collections.Concurrent;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Claims;

/// <summary>Records the events of claims, as one line each.</summary>
public sealed class RecordingClaimEvents : IClaimEvents
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public void BatchSent(Address payee, ClaimBatch batch) => _lines.Enqueue($"sent {batch.AccountNonce}: {batch.Entries.Count}");

    public void BatchReplaced(Address payee, ClaimBatch batch) => _lines.Enqueue($"replaced {batch.AccountNonce}: {batch.Entries.Count}");

    public void BatchRefused(Address payee, ClaimBatch batch, string reason) => _lines.Enqueue($"refused {batch.AccountNonce}: {reason}");

    public void BatchFinished(Address payee, ClaimBatch batch, BatchOutcome outcome) =>
        _lines.Enqueue($"finished {batch.AccountNonce}: {outcome.Kind} {outcome.Claims} {outcome.Cogs}");

    public void ChannelRefused(ChannelId channel) => _lines.Enqueue($"channel-refused {channel}");

    public void NotEnoughEther(Address payee, UInt256 balance, UInt256 needed) => _lines.Enqueue("no-ether");
}
