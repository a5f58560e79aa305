using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.Storage.Journal;
using SnetGateway.TestKit.Etcd;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>One etcd for all tests that do not break it; each opens a ledger under a prefix of its own.</summary>
public sealed class EtcdFixture : IAsyncLifetime
{
    public EtcdProcess Etcd { get; private set; } = null!;

    public async Task InitializeAsync() => Etcd = await EtcdProcess.StartAsync();

    public async Task DisposeAsync() => await Etcd.DisposeAsync();
}

/// <summary>Ledgers in etcd, as tests open them.</summary>
internal static class EtcdLedger
{
    private static readonly DirectoryInfo s_journals = Directory.CreateTempSubdirectory("snet-journals-");
    private static int s_ledgers;

    static EtcdLedger() => AppDomain.CurrentDomain.ProcessExit += (_, _) => s_journals.Delete(recursive: true);

    /// <summary>A prefix that no other ledger of this run has.</summary>
    public static string NewPrefix() => $"test-{Interlocked.Increment(ref s_ledgers)}/";

    public static LedgerOptions Options(params IEnumerable<string> endpoints) => new()
    {
        Store = "etcd",
        CommitTimeout = TimeSpan.FromSeconds(5),
        Journal = new JournalOptions { Path = Path.Combine(s_journals.FullName, Guid.NewGuid().ToString("N")) },
        Etcd = new EtcdOptions { Endpoints = [.. endpoints], Prefix = NewPrefix() },
    };

    public static EtcdRecordStore Open(LedgerOptions options, StorageMetrics? metrics = null) =>
        new(options, LedgerFolder.Scope, metrics ?? LedgerFolder.Metrics, NullLogger<EtcdRecordStore>.Instance, TimeProvider.System);

    public static EtcdRecordStore Open(EtcdProcess etcd) => Open(Options(etcd.Endpoint));

    public static async Task<CommitResult[]> AllAtOnce(int count, Func<int, Task<CommitResult>> begin) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(begin));
}
