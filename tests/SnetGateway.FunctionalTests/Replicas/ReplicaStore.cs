using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>What the replicas of a campaign share, and everything that can happen to it.</summary>
internal abstract class ReplicaStore : IAsyncDisposable
{
    public abstract IReadOnlyDictionary<string, string> GatewayOptions { get; }

    /// <summary>Points of <see cref="Crashes.GatewayFaults"/> that gateways on this store pass.</summary>
    public abstract string[] Points { get; }

    /// <summary>Events that a gateway logs as errors while this store does not answer.</summary>
    public abstract int[] Troubles { get; }

    /// <summary>The records as they are now.</summary>
    public abstract IRecordStore OpenToRead(LedgerScope scope);

    /// <summary>Kills as much of it as it can lose without a loss of service; gives how many processes that were.</summary>
    public abstract Task<int> KillSomeAsync(Random random);

    /// <summary>Kills so much of it that it serves nobody; gives how many processes that were.</summary>
    public abstract Task<int> KillMostAsync(Random random);

    /// <summary>Starts what was killed, and waits until it answers.</summary>
    public abstract Task RepairAsync();

    /// <summary>SIGSTOP in the middle of whatever it does; gives whether service goes on.</summary>
    public abstract bool Pause(Random random);

    public abstract void Resume();

    /// <summary>It takes no writes for want of room.</summary>
    public abstract Task FillAsync();

    /// <summary>The operator has made room.</summary>
    public abstract Task MakeRoomAsync();

    public abstract ValueTask DisposeAsync();
}
