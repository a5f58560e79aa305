using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit.Stores;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>One Redis: whatever happens to it happens to all of the store.</summary>
internal sealed class RedisReplicaStore : ReplicaStore
{
    private readonly RedisProcess _redis;

    private RedisReplicaStore(RedisProcess redis)
    {
        _redis = redis;
    }

    public override IReadOnlyDictionary<string, string> GatewayOptions => new Dictionary<string, string>
    {
        ["SnetGateway:Ledger:Store"] = "redis",
        ["SnetGateway:Ledger:Redis:Endpoint"] = _redis.Endpoint,
    };

    public override string[] Points => [];

    public override int[] Troubles => [3002, 3003, 3005, 3011, 3020, 3021, 6205, 7003];

    public static async Task<RedisReplicaStore> StartAsync() => new(await RedisProcess.StartAsync());

    public override IRecordStore OpenToRead(LedgerScope scope) =>
        RedisRecordStore.OpenReadOnly(
            new LedgerOptions { Store = "redis", Redis = new RedisOptions { Endpoint = _redis.Endpoint } }, scope, TimeProvider.System);

    public override Task<int> KillSomeAsync(Random random) => Task.FromResult(0);

    public override async Task<int> KillMostAsync(Random random)
    {
        await _redis.KillAsync();
        return 1;
    }

    public override Task RepairAsync() => _redis.RestartAsync();

    public override bool Pause(Random random)
    {
        _redis.Pause();
        return false;
    }

    public override void Resume() => _redis.Resume();

    public override Task FillAsync() => _redis.CommandAsync("CONFIG", "SET", "maxmemory", "1");

    public override Task MakeRoomAsync() => _redis.CommandAsync("CONFIG", "SET", "maxmemory", "0");

    public override ValueTask DisposeAsync() => _redis.DisposeAsync();
}
