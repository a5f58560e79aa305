using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>Runs the rules of `IRecordStore` on a real etcd. SNET_TEST_SEED repeats a run.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdConformanceTests(EtcdFixture fixture, ITestOutputHelper output) : IClassFixture<EtcdFixture>
{
    public static TheoryData<string> Rules => [.. StoreConformance.Names];

    [Theory]
    [MemberData(nameof(Rules))]
    [Rule(17)]
    public async Task EtcdStore_KeepsTheRule(string rule)
    {
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        int seed = Seeds.Next(output.WriteLine);
        await StoreConformance.RunAsync(rule, store, seed);
    }

    [Fact]
    [Rule(15)]
    public async Task EntryThatIsAboutToLeaveItsRecord_IsInTheJournalFirst()
    {
        await using EtcdRecordStore store = EtcdLedger.Open(fixture.Etcd);
        await store.KeepsTheEntryBeforeAsync();
    }
}
