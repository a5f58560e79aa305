using SnetGateway.Payments.Records;
using SnetGateway.Storage.Memory;
using SnetGateway.Storage.Redis;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>Runs the rules of `IRecordStore` on each store. SNET_TEST_SEED repeats a run.</summary>
[Trait("Needs", "redis")]
public sealed class StoreConformanceTests(RedisFixture redis, ITestOutputHelper output) : IClassFixture<RedisFixture>
{
    public static TheoryData<string> Rules => [.. StoreConformance.Names];

    [Theory]
    [MemberData(nameof(Rules))]
    [Rule(17)]
    public async Task MemoryStore_KeepsTheRule(string rule)
    {
        await using var store = new MemoryRecordStore();
        await RunAsync(rule, store);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    [Rule(17)]
    public async Task SqliteStore_KeepsTheRule(string rule)
    {
        using var folder = new LedgerFolder();
        await using SqliteRecordStore store = folder.Open();
        await RunAsync(rule, store);
    }

    [Theory]
    [MemberData(nameof(Rules))]
    [Rule(17)]
    public async Task RedisStore_KeepsTheRule(string rule)
    {
        await using RedisRecordStore store = RedisFixture.Open(redis.Empty());
        await RunAsync(rule, store);
    }

    private async Task RunAsync(string rule, IRecordStore store)
    {
        int seed = Seeds.Next(output.WriteLine);
        await StoreConformance.RunAsync(rule, store, seed);
    }
}
