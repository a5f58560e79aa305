using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit.Etcd;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>What the replicas of a campaign share: an etcd of three members.</summary>
internal sealed class ReplicaStore : IAsyncDisposable
{
    private readonly EtcdCluster _cluster;
    private int _down = -1;

    private ReplicaStore(EtcdCluster cluster) => _cluster = cluster;

    public IReadOnlyDictionary<string, string> GatewayOptions
    {
        get
        {
            var options = new Dictionary<string, string> { ["SnetGateway:Ledger:Store"] = "etcd" };
            for (int i = 0; i < _cluster.Endpoints.Count; i++)
            {
                options[$"SnetGateway:Ledger:Etcd:Endpoints:{i}"] = _cluster.Endpoints[i];
            }

            return options;
        }
    }

    public static async Task<ReplicaStore> StartAsync() => new(await EtcdCluster.StartAsync());

    /// <summary>The records as they are now.</summary>
    public IRecordStore OpenToRead(LedgerScope scope) =>
        EtcdRecordStore.OpenReadOnly(new LedgerOptions { Store = "etcd", Etcd = new EtcdOptions { Endpoints = [.. _cluster.Endpoints] } }, scope);

    /// <summary>Kills one member; the others still have a quorum.</summary>
    public async Task KillOneAsync(Random random)
    {
        _down = random.Next(_cluster.Members.Count);
        await _cluster.Members[_down].KillAsync();
    }

    /// <summary>Starts it again and waits until it answers.</summary>
    public Task RepairAsync() => _cluster.Members[_down].StartAgainAsync();

    /// <summary>Stops one member in the middle of whatever it does, for so long.</summary>
    public async Task PauseOneAsync(Random random, TimeSpan pause, TimeProvider time)
    {
        EtcdProcess member = _cluster.Members[random.Next(_cluster.Members.Count)];
        member.Pause();
        await Task.Delay(pause, time);
        member.Resume();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
