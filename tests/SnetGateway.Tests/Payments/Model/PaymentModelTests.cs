using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores.Model;
using SnetGateway.Tests.Storage;
using SnetGateway.Tests.Storage.Etcd;
using SnetGateway.Tests.Storage.Model;
using Xunit;

namespace SnetGateway.Tests.Payments.Model;

/// <summary>
/// The short form of the payment model on every store; tests/campaigns/store-model.sh --model payments is the long one. SNET_TEST_SEED
/// repeats a run with the same choices.
/// </summary>
[Trait("Needs", "redis")]
public sealed class PaymentModelTests(RedisFixture redis, EtcdFixture etcd, ITestOutputHelper output)
    : IClassFixture<RedisFixture>, IClassFixture<EtcdFixture>
{
    [Fact]
    [Rule(2, 4, 7)]
    public async Task MemoryStore_AllKindsAtThreeReplicas_ConserveEveryCog() => await RunAsync(ModelLedger.Memory(), 12);

    [Fact]
    [Rule(2, 4, 7)]
    public async Task SqliteStore_AllKindsAtThreeReplicas_ConserveEveryCog() => await RunAsync(ModelLedger.Sqlite(1), 2);

    [Fact]
    [Rule(2, 4, 7)]
    public async Task RedisStore_AllKindsAtThreeReplicas_ConserveEveryCog() =>
        await RunAsync(ModelLedger.Redis(redis.Redis, "payments", 1), 2);

    [Fact]
    [Rule(2, 4, 7)]
    public async Task EtcdStore_AllKindsAtThreeReplicas_ConserveEveryCog() => await RunAsync(ModelLedger.Etcd(etcd.Etcd, 1), 2);

    private async Task RunAsync(ModelLedger opened, int histories)
    {
        await using ModelLedger ledger = opened;
        int seed = Seeds.Next(output.WriteLine);
        ModelCounts[] all = await Task.WhenAll(Enumerable.Range(0, histories).Select(i => ledger.RunPaymentsAsync(seed + i)));
        await ledger.VerifyPaymentsAsync();
        ModelCounts sum = all.Aggregate((left, right) => left + right);
        output.WriteLine($"{histories} histories: {sum}");
        Assert.True(sum.Settled > 20 * histories && sum.Lost > 20 * histories && sum.Faults > histories, $"{sum}");
    }
}
