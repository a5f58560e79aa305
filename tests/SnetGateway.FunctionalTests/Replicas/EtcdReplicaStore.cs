using Etcdserverpb;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit.Etcd;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>An etcd of three members.</summary>
internal sealed class EtcdReplicaStore : ReplicaStore
{
    private readonly EtcdCluster _cluster;
    private readonly List<EtcdProcess> _killed = [];
    private EtcdProcess? _paused;

    private EtcdReplicaStore(EtcdCluster cluster)
    {
        _cluster = cluster;
    }

    public override IReadOnlyDictionary<string, string> GatewayOptions
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

    public override string[] Points => ["store-asked"];

    public override int[] Troubles => [3002, 3003, 3005, 3011, 3020, 3021, 6205, 7031, 7033];

    public static async Task<EtcdReplicaStore> StartAsync() => new(await EtcdCluster.StartAsync());

    public override IRecordStore OpenToRead(LedgerScope scope) =>
        EtcdRecordStore.OpenReadOnly(
            new LedgerOptions { Store = "etcd", Etcd = new EtcdOptions { Endpoints = [.. _cluster.Endpoints] } }, scope);

    public override Task<int> KillSomeAsync(Random random) => KillAsync(random, 1);

    public override Task<int> KillMostAsync(Random random) => KillAsync(random, 2);

    public override async Task RepairAsync()
    {
        foreach (EtcdProcess member in _killed)
        {
            member.Start(); // without a quorum none answers before the other
        }

        await Task.WhenAll(_killed.Select(member => member.WaitUntilHealthyAsync()));
        _killed.Clear();
    }

    public override bool Pause(Random random)
    {
        _paused = _cluster.Members[random.Next(_cluster.Members.Count)];
        _paused.Pause();
        return true;
    }

    public override void Resume() => _paused!.Resume();

    public override async Task FillAsync()
    {
        using var http = new ClientHttp();
        var maintenance = new Maintenance.MaintenanceClient(http.ChannelTo(new Uri(_cluster.Endpoints[0])));
        await maintenance.AlarmAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, Alarm = AlarmType.Nospace });
    }

    public override Task MakeRoomAsync() => _cluster.Members[0].ControlAsync("alarm", "disarm");

    public override ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task<int> KillAsync(Random random, int count)
    {
        EtcdProcess[] members = [.. _cluster.Members];
        random.Shuffle(members);
        _killed.AddRange(members.Take(count));
        await Task.WhenAll(_killed.Select(member => member.KillAsync()));
        return count;
    }
}
